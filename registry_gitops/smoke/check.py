"""The declaration of a check: a function of a `Context`, with what the catalogue and the reports say of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from registry_gitops.report import Requirement
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import Precondition
from registry_gitops.smoke.remedy import Remedy

RECOMMENDED: Final = Requirement.RECOMMENDED


@dataclass(frozen=True)
class Check:
    """One test of a running registry. The `id` is the same in every version of registry-gitops."""

    id: str
    title: str
    """What is true if the check passes, as a statement."""
    verifies: str
    """Why that matters, in one or two sentences."""
    level: Level
    requirement: Requirement
    spec: str
    """Section of a specification, or the known pitfall."""
    remedy: Remedy
    """What to change if it fails."""
    needs: frozenset[Precondition]
    run: Callable[[Context], None]


def check(
    name: str,
    *,
    spec: str,
    remedy: str | Remedy,
    level: Level = Level.SMOKE,
    requirement: Requirement = Requirement.REQUIRED,
    needs: Iterable[Precondition] | None = None,
) -> Callable[[Callable[[Context], None]], Check]:
    """Turn a function into a check. Its docstring is the title and, after an empty line, what the check verifies.

    Without `needs`, a check needs PUSH, and one of level `read`, which changes nothing, needs nothing.
    """
    if needs is None:
        needs = () if level is Level.READ else (Precondition.PUSH,)
    ensured = frozenset(needs)

    def declare(function: Callable[[Context], None]) -> Check:
        title, _, verifies = inspect.getdoc(function).partition("\n\n")  # type: ignore[union-attr]
        return Check(
            id=name,
            title=title.rstrip("."),
            verifies=" ".join(verifies.split()),
            level=level,
            requirement=requirement,
            spec=spec,
            remedy=Remedy(remedy) if isinstance(remedy, str) else remedy,
            needs=ensured,
            run=function,
        )

    return declare

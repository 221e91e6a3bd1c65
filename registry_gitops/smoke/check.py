"""A check: a function of a `Context`, with what people have to know of it attached."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from registry_gitops.report import Requirement

if TYPE_CHECKING:
    from registry_gitops.smoke.context import Context


MUST: Final = Requirement.REQUIRED
SHOULD: Final = Requirement.RECOMMENDED


class Level(StrEnum):
    """How far a run goes. Each level takes in those before it."""

    READ = "read"
    """Changes nothing."""

    SMOKE = "smoke"
    """Pushes, pulls and deletes a few small images: seconds."""

    FULL = "full"
    """Everything: a large layer and many clients at once, too."""

    def takes_in(self, other: Level) -> bool:
        """Whether a run of this level has the checks of the other."""
        order = list(Level)
        return order.index(other) <= order.index(self)


class Need(StrEnum):
    """What must be there for a check to mean anything. Where it is not, the check is skipped, or not supported."""

    PUSH = "push"
    """A blob can be pushed. Where that fails, the first check that needs it says why, and the others are skipped."""

    DELETE = "delete"
    """Deletion is on."""

    LOGIN = "login"
    """The registry asks who one is."""

    CREDENTIALS = "credentials"
    """There is a user to log in as."""

    TLS = "TLS"
    """The registry is spoken to by TLS, and directly."""


class Verdict(Exception):
    """How a check ended, when not well: a sentence."""


class CheckFailed(Verdict):
    """It is not as it should be. With a `remedy` of its own where what was seen tells more than the check knows."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class NotSupported(Verdict):
    """It is optional, and the registry does not have it."""


class Skipped(Verdict):
    """Nothing was looked at, for this reason."""


@dataclass(frozen=True)
class Check:
    """One thing to know of a registry. The same `id` in every version of ours."""

    id: str
    title: str
    """What is as it should be when the check passes, in a few words."""
    proves: str
    """Why that matters."""
    level: Level
    requirement: Requirement
    spec: str
    """Section of a specification, or the known pitfall."""
    remedy: str
    """What to change when it fails. A word in backquotes with a dot in it is a value of the chart."""
    needs: frozenset[Need]
    run: Callable[[Context], None]


def check(
    name: str, level: Level, requirement: Requirement, *, spec: str, remedy: str, needs: Iterable[Need] = ()
) -> Callable[[Callable[[Context], None]], Check]:
    """Make a check out of a function, whose docstring is its title and, after an empty line, what it proves."""

    def attach(function: Callable[[Context], None]) -> Check:
        title, _, proves = inspect.getdoc(function).partition("\n\n")  # type: ignore[union-attr]
        return Check(
            id=name,
            title=title.rstrip("."),
            proves=" ".join(proves.split()),
            level=level,
            requirement=requirement,
            spec=spec,
            remedy=remedy,
            needs=frozenset(needs),
            run=function,
        )

    return attach

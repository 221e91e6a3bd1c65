"""The checks of `smoke`: as a table, and those that were asked for by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from registry_gitops.smoke import Check


def catalogue() -> str:
    """A row for each check: its id, the first level that has it, whether it is a must, and its title."""
    from registry_gitops.smoke import CHECKS

    rows = [("CHECK", "LEVEL", "", "WHAT IS SO WHEN IT PASSES")]
    rows += [(check.id, check.level.value, check.severity.value, check.title) for check in CHECKS]
    ids, levels, severities = (max(len(row[column]) for row in rows) for column in range(3))
    return "".join(
        f"{name:<{ids}}  {level:<{levels}}  {how:<{severities}}  {title}\n" for name, level, how, title in rows
    )


def chosen(names: Iterable[str], level: str) -> tuple[Check, ...]:
    """The checks of these names, in the order of a run; without a name all of the level. Raises typer.BadParameter."""
    from registry_gitops.smoke import CHECKS, Level
    from registry_gitops.smoke import chosen as of_level

    known = {check.id: check for check in CHECKS}
    wanted = set(names)
    for name in sorted(wanted - known.keys()):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "`registry-gitops smoke --list` names them"
        raise typer.BadParameter(f"no check is called {name}: {hint}", param_hint="--check")
    if wanted:
        return tuple(check for check in CHECKS if check.id in wanted)
    return of_level(CHECKS, Level(level))

"""The checks of `smoke`: as a table, and those that were selected by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from registry_gitops.smoke import Check


def format_check_table() -> str:
    """Return a row for each check: its id, the first level that runs it, its requirement, and its title."""
    from registry_gitops.smoke import CHECKS

    rows = [("CHECK", "LEVEL", "REQUIREMENT", "VERIFIES")]
    rows += [(check.id, check.level.value, check.requirement.value, check.title) for check in CHECKS]
    ids, levels, requirements = (max(len(row[column]) for row in rows) for column in range(3))
    return "".join(
        f"{name:<{ids}}  {level:<{levels}}  {requirement:<{requirements}}  {title}\n"
        for name, level, requirement, title in rows
    )


def select_checks(names: Iterable[str], level: str) -> tuple[Check, ...]:
    """Return the checks of these names, or all of `level` if there is none. Raises typer.BadParameter."""
    from registry_gitops.smoke import CHECKS, Level, checks_for_level

    known = {check.id: check for check in CHECKS}
    selected = set(names)
    for name in sorted(selected - known.keys()):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "to list the checks, run `registry-gitops smoke --list`"
        raise typer.BadParameter(f"unknown check {name}: {hint}", param_hint="--check")
    if selected:
        return tuple(check for check in CHECKS if check.id in selected)
    return checks_for_level(CHECKS, Level(level))

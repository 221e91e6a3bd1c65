"""Which checks run on a broken registry: all when the goldens are updated, else those that are near the fault."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from registry_gitops.smoke import CHECKS, Check, Level, checks_for_level
from tests.support.golden_table import read_rows


def checks_near(caught_by: Iterable[str], expected: Path, name: str, level: Level) -> tuple[Check, ...]:
    """Return the checks that fail by the golden `expected`, and all in the modules of `caught_by`, in their order.

    Two thirds of the time of a run on each broken registry would go to checks that have nothing to do with it.
    """
    known = {check.id: check for check in CHECKS}
    modules = {known[check].run.__module__ for check in caught_by}
    failing = set(read_rows(expected).get(name, "").split())
    checks = checks_for_level(CHECKS, level)
    return tuple(check for check in checks if check.id in failing or check.run.__module__ in modules)

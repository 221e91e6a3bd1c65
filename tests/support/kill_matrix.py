"""The kill matrix at the end of a test run: which check catches which registry that is broken on purpose.

A test that breaks one notes by `record_property(CAUGHT_BY, ...)` which checks have failed; its id is the mutant's name.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Final

import pytest

CAUGHT_BY: Final = "caught by"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it, if such tests have run."""
    rows = {
        report.nodeid.partition("[")[2].removesuffix("]"): dict(report.user_properties)[CAUGHT_BY]
        for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed"))
        if report.when == "call" and CAUGHT_BY in dict(report.user_properties)
    }
    if rows:
        terminalreporter.section("smoke: mutant x check")
        terminalreporter.write_line(matrix(rows))


def matrix(rows: Mapping[str, Iterable[str]]) -> str:
    """A line for each mutant, and a column for each check that has caught one.

    Above stand the numbers of the columns, from top to bottom, and above them what they mean, and how many each caught.
    """
    caught = {name: set(checks) for name, checks in sorted(rows.items())}
    columns = sorted(set().union(*caught.values()))
    counts = {check: sum(check in checks for checks in caught.values()) for check in columns}
    legend = [f"{number} {check} ({counts[check]})" for number, check in enumerate(columns, 1)]
    width = max(map(len, caught)) + 1
    numbers = [f"{number:2}" for number in range(1, len(columns) + 1)]
    head = [" " * width + "".join(number[place] for number in numbers) for place in (0, 1)]
    lines = [
        f"{name:{width}}" + "".join("x" if check in checks else "." for check in columns)
        for name, checks in caught.items()
    ]
    return "\n".join([textwrap.fill(", ".join(legend), 118, break_on_hyphens=False), *head, *lines])

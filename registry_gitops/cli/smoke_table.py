"""The text of a run of `smoke` over several registries: a line for each, then what is wrong with which."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from registry_gitops.cli.reports import Output, terminal_width
from registry_gitops.cli.streams import supports_color

if TYPE_CHECKING:
    from registry_gitops.cli.smoke_many import RegistryResult

_HEADER: Final = ("REGISTRY", "RESULT", "PASSED", "FAILED", "OTHER", "TIME")
_COLORS: Final = {"passed": "\x1b[32m", "failed": "\x1b[1;31m", "unreachable": "\x1b[1;35m"}
_PLAIN: Final = "\x1b[0m"
_WIDTH: Final = 100
"""Characters in a line of a file."""


def format_smoke_table(results: Sequence[RegistryResult], output: Output) -> str:
    """Return the table, the findings of each registry, and a line with the counts."""
    is_file = output.file is not None
    color, width = not is_file and supports_color(sys.stdout), _WIDTH if is_file else terminal_width()
    lines = [*_table(results, color), *_details(results, width), "", _summary(results)]
    return "".join(f"{line}\n" for line in lines)


def _table(results: Sequence[RegistryResult], color: bool) -> Iterator[str]:
    from registry_gitops.report import escape_line

    rows = [_HEADER, *(tuple(map(escape_line, _cells(result))) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True)]
        if color and row[1] in _COLORS:
            cells[1] = f"{_COLORS[row[1]]}{cells[1]}{_PLAIN}"
        yield "  ".join(cells).rstrip()


def _cells(result: RegistryResult) -> tuple[str, ...]:
    from registry_gitops.report import Outcome

    report = result.report
    time = f"{report.seconds:.1f}s"
    if result.is_unreachable:
        return result.name, result.word, "-", "-", "-", time
    failed = sum(check.is_failure for check in report.checks)
    passed = report.counts().get(Outcome.PASSED, 0)
    return result.name, result.word, str(passed), str(failed), str(len(report.checks) - passed - failed), time


def _details(results: Sequence[RegistryResult], width: int) -> Iterator[str]:
    """Yield what is wrong with each registry, the warnings of one first."""
    from registry_gitops.report import fold, format_finding, leftover_line

    for result in results:
        report = result.report
        lines = [line for line in (*report.notes, leftover_line(report)) if line]
        if not (report.findings or lines):
            continue
        yield from ("", result.name)
        for finding in sorted(report.findings, key=lambda finding: finding.is_error):
            yield from fold(finding.id, width, indent="  ")
            yield from format_finding(finding, width)
        for line in lines:
            yield from fold(line, width, indent="  ")


def _summary(results: Sequence[RegistryResult]) -> str:
    passed = sum(result.word == "passed" for result in results)
    return f"{passed} of {len(results)} registries passed"

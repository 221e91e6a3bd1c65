"""The report for people at a terminal: a row for each check, and below a row what there is to say of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from registry_gitops.findings import Finding
from registry_gitops.report.model import Outcome, Report
from registry_gitops.report.writers.words import duration, explanation, other_findings, plain, summary, verdict

_COLORS: Final = {
    Outcome.PASSED: "\x1b[32m",
    Outcome.FAILED: "\x1b[1;31m",
    Outcome.NOT_SUPPORTED: "\x1b[36m",
    Outcome.SKIPPED: "\x1b[2m",
    Outcome.ERROR: "\x1b[1;35m",
}
_END: Final = "\x1b[0m"
_INDENT: Final = "    "


def write(report: Report, *, color: bool = False, width: int = 100) -> str:
    """Return the whole report in lines of at most `width` characters, except for words and evidence that are longer."""
    return "".join(f"{line}\n" for line in _lines(report, color, width))


def _lines(report: Report, color: bool, width: int) -> Iterator[str]:
    yield _line(f"{report.tool} {report.version}: {report.subject}")
    yield ""
    rows = [(verdict(check), duration(check.seconds), check.id) for check in report.checks]
    outcomes, times, ids = (max((len(row[column]) for row in rows), default=0) for column in range(3))
    for check, (outcome, time, name) in zip(report.checks, rows, strict=True):
        start = f"{outcome:<{outcomes}}"
        painted = f"{_COLORS[check.outcome]}{start}{_END}" if color else start
        yield f"{painted}  {time:>{times}}  {name:<{ids}}  {check.title}".rstrip()
        if check.message:
            yield from _folded(check.message, width)
        for finding in report.findings_of(check):
            yield from _details(finding, width)
    for finding in other_findings(report):
        yield f"{finding.severity}  {finding.id}"
        yield from _details(finding, width)
    yield ""
    yield summary(report)
    if report.leftovers:
        yield "Not deleted from the registry:"
        yield from (f"{_INDENT}{_line(line)}" for line in report.leftovers)


def _details(finding: Finding, width: int) -> Iterator[str]:
    for line in explanation(finding):
        yield from _folded(line, width)
    yield from (f"{_INDENT}| {_line(line)}" for line in finding.evidence)


def _folded(text: str, width: int) -> list[str]:
    return textwrap.wrap(_line(text), width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False)


def _line(text: str) -> str:
    return plain(text).replace("\n", "\\n")

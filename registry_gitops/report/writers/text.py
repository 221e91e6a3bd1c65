"""The report for people at a terminal: a row for each check, the findings below, and the counts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final, NamedTuple

from registry_gitops.findings import Finding, Severity
from registry_gitops.report.model import Outcome, Report
from registry_gitops.report.writers.words import advice, duration, other_findings, plain, summary, verdict

_COLORS: Final = {
    Outcome.PASSED: "\x1b[32m",
    Outcome.FAILED: "\x1b[1;31m",
    Outcome.NOT_SUPPORTED: "\x1b[36m",
    Outcome.SKIPPED: "\x1b[2m",
    Outcome.ERROR: "\x1b[1;35m",
    Severity.WARNING: "\x1b[33m",
}
_END: Final = "\x1b[0m"
_INDENT: Final = "    "
_ALIGNED: Final = "<><"
"""How the columns are aligned: verdict, time, id."""


class _Row(NamedTuple):
    columns: tuple[str, str, str]
    title: str
    message: str
    findings: tuple[Finding, ...]
    color: str


def write_text(report: Report, *, color: bool = False, width: int = 100) -> str:
    """Return the whole report in lines of at most `width` characters, except for words and evidence that are longer."""
    return "".join(f"{line}\n" for line in _lines(report, color, width))


def format_finding(finding: Finding, width: int = 100) -> Iterator[str]:
    """Yield the lines of one finding: where it is and what is wrong, what to change, and what was seen."""
    for line in (str(finding), *advice(finding)):
        yield from _folded(line, width)
    yield from (f"{_INDENT}| {_line(line)}" for line in finding.evidence)


def _lines(report: Report, color: bool, width: int) -> Iterator[str]:
    yield _line(f"{report.tool} {report.version}: {report.subject}")
    yield ""
    rows = list(_rows(report))
    widths = [max(map(len, column)) for column in zip(*(row.columns for row in rows), strict=True)]
    for row in rows:
        start, time, name = map("{:{}{}}".format, row.columns, _ALIGNED, widths)
        painted = f"{row.color}{start}{_END}" if color else start
        yield f"{painted}  {time}  {name}  {row.title}".rstrip()
        yield from _folded(row.message, width)
        for finding in row.findings:
            yield from format_finding(finding, width)
    yield ""
    yield summary(report)
    if report.leftovers:
        yield "Not deleted from the registry:"
        yield from (f"{_INDENT}{_line(line)}" for line in report.leftovers)


def _rows(report: Report) -> Iterator[_Row]:
    for check in report.checks:
        columns = (verdict(report, check), duration(check.seconds), check.id)
        yield _Row(columns, check.title, check.message, report.findings_of(check), _COLORS[check.outcome])
    for finding in other_findings(report):
        yield _Row((finding.severity, "", finding.id), "", "", (finding,), _COLORS[finding.severity])


def _folded(text: str, width: int) -> list[str]:
    return textwrap.wrap(_line(text), width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False)


def _line(text: str) -> str:
    return plain(text).replace("\n", "\\n")

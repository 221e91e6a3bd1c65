"""The report for people at a terminal: a row for each check, the findings below, and the counts."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final, NamedTuple

from registry_gitops.findings import Finding, Severity
from registry_gitops.report.report import Outcome, Report
from registry_gitops.report.writers.phrases import (
    escape_unprintable,
    format_duration,
    other_findings,
    outcome_label,
    remedy_lines,
    summary,
)

_COLORS: Final[dict[str, str]] = {
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
"""How the columns are aligned: outcome, time, id."""


class _Row(NamedTuple):
    columns: tuple[str, str, str]
    title: str
    message: str
    findings: tuple[Finding, ...]
    color: str


def write_text(report: Report, *, color: bool = False, width: int = 100) -> str:
    """Return the whole report in lines of at most `width` characters, except for longer words and commands."""
    return "".join(f"{line}\n" for line in _lines(report, color, width))


def format_finding(
    finding: Finding, width: int = 100, *, indent: str = _INDENT, fold_evidence: bool = False
) -> Iterator[str]:
    """Yield the lines of one finding: where it is and what is wrong, what to change, and what was seen.

    The evidence is folded on request only: lines of requests and responses are for copying.
    """
    for line in (str(finding), *remedy_lines(finding)):
        yield from fold(line, width, indent=indent)
    for line in finding.evidence:
        yield from fold(line, width, indent=f"{indent}| ") if fold_evidence else [f"{indent}| {escape_line(line)}"]


def fold(
    text: str, width: int, *, indent: str = _INDENT, first_indent: str | None = None, max_lines: int | None = None
) -> list[str]:
    """Return a text in lines of at most `width` characters, except for words and commands that are longer."""
    # Commands stay on one line, for copying: their spaces are hidden from the folding.
    whole = re.sub(r"`[^`]+`", lambda command: command[0].replace(" ", "\0"), escape_line(text))
    folded = textwrap.wrap(
        whole,
        width,
        initial_indent=indent if first_indent is None else first_indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        max_lines=max_lines,
        placeholder=" ...",
    )
    return [line.replace("\0", " ") for line in folded]


def escape_line(text: str) -> str:
    """Return a text on one line, without what a terminal would obey."""
    return escape_unprintable(text).replace("\n", "\\n")


def _lines(report: Report, color: bool, width: int) -> Iterator[str]:
    yield escape_line(f"{report.tool} {report.version}: {report.subject}")
    yield ""
    rows = list(_rows(report))
    widths = [max(map(len, column)) for column in zip(*(row.columns for row in rows), strict=True)]
    for row in rows:
        start, time, name = map("{:{}{}}".format, row.columns, _ALIGNED, widths)
        painted = f"{row.color}{start}{_END}" if color else start
        yield f"{painted}  {time}  {name}  {row.title}".rstrip()
        yield from fold(row.message, width)
        for finding in row.findings:
            yield from format_finding(finding, width)
    yield ""
    yield summary(report)
    for note in report.notes:
        yield from fold(note, width, indent="")
    if report.leftovers:
        yield "Not deleted from the registry:"
        yield from (f"{_INDENT}{escape_line(line)}" for line in report.leftovers)


def _rows(report: Report) -> Iterator[_Row]:
    for check in report.checks:
        columns = (outcome_label(report, check), format_duration(check.seconds), check.id)
        color = _COLORS.get(columns[0], _COLORS[check.outcome])
        yield _Row(columns, check.title, check.message, report.findings_of(check), color)
    for finding in other_findings(report):
        yield _Row((finding.severity, "", finding.id), "", "", (finding,), _COLORS[finding.severity])

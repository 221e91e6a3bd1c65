"""The report for people at a terminal: a row for each check, then what is wrong, and at the end the counts."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

from registry_gitops.findings import Finding, Severity
from registry_gitops.report.report import Outcome, Report
from registry_gitops.report.writers.phrases import (
    about_lines,
    all_findings,
    escape_unprintable,
    format_duration,
    leftover_line,
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
_MAX_NAMES: Final = 20
"""Checks of one reason to name: a failure at the start of a run can have a hundred."""
_ALIGNED: Final = "<><"
"""How the columns are aligned: outcome, time, id."""


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
    if about := about_lines(report):
        yield from fold(", ".join(f"{label} {text}" for label, text in about), width, indent="")
    for part in (_table(report, color, width), _reasons(report, color, width), _details(report, color, width)):
        lines = list(part)
        yield from ["", *lines] if lines else []
    yield ""
    yield from _end(report, color, width)


def _table(report: Report, color: bool, width: int) -> Iterator[str]:
    """Yield a row for each check that tells something of the subject."""
    told = [check for check in report.checks if check.outcome not in (Outcome.NOT_SUPPORTED, Outcome.SKIPPED)]
    rows = [(outcome_label(report, check), format_duration(check.seconds), check.id) for check in told]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, check in zip(rows, told, strict=True):
        outcome, time, name = map("{:{}{}}".format, row, _ALIGNED, widths)
        yield f"{_paint(outcome, row[0], color)}  {time}  {name}  {escape_line(check.title)}".rstrip()
        if check.outcome is Outcome.PASSED:
            yield from fold(check.message, width)


def _reasons(report: Report, color: bool, width: int) -> Iterator[str]:
    """Yield each reason why checks tell nothing, with the ids of the checks."""
    for reason in report.reasons():
        label = f"{len(reason.checks)} {reason.outcome}"
        first, *more = fold(f"{label}: {reason.message}" if reason.message else label, width, first_indent="")
        yield first.replace(label, _paint(label, reason.outcome, color), 1)
        yield from more
        names = [check.id for check in reason.checks]
        others = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
        yield from fold(f"{', '.join(names[:_MAX_NAMES])}{others}", width)


def _details(report: Report, color: bool, width: int) -> Iterator[str]:
    """Yield each finding with what was seen and what to change; failures last, where a terminal shows them."""
    checks = {check.id: check for check in report.checks}
    is_first = True
    for finding in sorted(all_findings(report), key=lambda finding: finding.is_error):
        check = checks.get(finding.id)
        label = outcome_label(report, check) if check else finding.severity.value
        if not is_first:
            yield ""
        is_first = False
        yield f"{_paint(label, label, color)}  {finding.id}{f': {escape_line(check.title)}' if check else ''}"
        yield from fold(str(finding), width)
        yield from (f"{_INDENT}| {escape_line(line)}" for line in finding.evidence)
        for line in remedy_lines(finding):
            yield from fold(line, width)


def _end(report: Report, color: bool, width: int) -> Iterator[str]:
    """Yield the last lines, which are all that some readers see: the counts, the failures, and what to do next."""
    outcome = Outcome.PASSED if report.passed else Outcome.FAILED
    yield from (_paint(line, outcome, color) for line in fold(summary(report), width, indent=""))
    if failed := [check.id for check in report.checks if check.is_failure]:
        yield from fold(f"Failed: {', '.join(failed)}", width, first_indent="")
    for note in report.notes:
        yield from fold(note, width, indent="")
    if line := leftover_line(report):
        yield from fold(f"{line} (listed by `-o json`)", width, indent="")
    if report.command and failed:
        yield f"Run again: {escape_line(report.command)}"


def _paint(text: str, label: str, color: bool) -> str:
    outcome = label.partition(" (")[0]
    return f"{_COLORS[outcome]}{text}{_END}" if color else text

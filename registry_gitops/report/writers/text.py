"""The report for people at a terminal: a row for each check, and below a row what there is to say of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from registry_gitops.report.model import Outcome, Report, Result
from registry_gitops.report.writers.words import duration, explanation, plain, summary, verdict

_COLOURS: Final = {
    Outcome.PASSED: "\x1b[32m",
    Outcome.FAILED: "\x1b[1;31m",
    Outcome.NOT_SUPPORTED: "\x1b[36m",
    Outcome.SKIPPED: "\x1b[2m",
    Outcome.ERROR: "\x1b[1;35m",
}
_END: Final = "\x1b[0m"
_INDENT: Final = "    "


def write(report: Report, *, colour: bool = False, width: int = 100) -> str:
    """The whole report in lines of at most `width` characters, but for words and evidence that are longer."""
    return "".join(f"{line}\n" for line in _lines(report, colour, width))


def _lines(report: Report, colour: bool, width: int) -> Iterator[str]:
    yield _line(f"{report.tool} {report.version}: {report.subject}")
    yield ""
    rows = [(verdict(result), duration(result.seconds), result.id) for result in report.results]
    outcomes, times, ids = (max((len(row[column]) for row in rows), default=0) for column in range(3))
    for result, (outcome, time, name) in zip(report.results, rows, strict=True):
        start = f"{outcome:<{outcomes}}"
        painted = f"{_COLOURS[result.outcome]}{start}{_END}" if colour else start
        yield f"{painted}  {time:>{times}}  {name:<{ids}}  {result.title}".rstrip()
        yield from _details(result, width)
    yield ""
    yield summary(report)
    if report.left:
        yield "Left in the registry:"
        yield from (f"{_INDENT}{_line(line)}" for line in report.left)


def _details(result: Result, width: int) -> Iterator[str]:
    for line in explanation(result):
        yield from textwrap.wrap(
            _line(line), width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False
        )
    if result.bad:
        yield from (f"{_INDENT}| {_line(line)}" for line in result.evidence)


def _line(text: str) -> str:
    return plain(text).replace("\n", "\\n")

"""The report as workflow commands of GitHub Actions: an annotation for each check that has something to say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.report.model import Report, Result, Severity
from registry_gitops.report.writers.words import explanation, plain, summary, verdict

_MESSAGE: Final = str.maketrans({"%": "%25", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\n": "%0A", ":": "%3A", ",": "%2C"})


def write(report: Report) -> str:
    """A line for each check that did not pass, and one with the counts.

    What is a must is an error, what is a should a warning, and what was not looked at a notice.
    """
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    for result in report.results:
        if result.bad or result.message:
            yield _command(_level(result), _properties(result), "\n".join(explanation(result)) or result.title)
    heading = {"title": f"{report.tool}: {report.subject}"}
    yield _command("notice", heading, "\n".join((summary(report), *(f"Left: {line}" for line in report.left))))


def _level(result: Result) -> str:
    if not result.bad:
        return "notice"
    return "error" if result.severity is Severity.MUST else "warning"


def _properties(result: Result) -> dict[str, str]:
    found = {"title": f"{result.id}: {result.title} ({verdict(result)})"}
    if result.place:
        places = {"file": result.place.file, "line": result.place.line, "col": result.place.column}
        found |= {name: str(value) for name, value in places.items() if value is not None}
    return found


def _command(level: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{name}={plain(value).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {given}::{plain(message).translate(_MESSAGE)}"

"""The report as workflow commands of GitHub Actions: an annotation for each finding, at its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.findings import Finding, Location
from registry_gitops.report.report import Report
from registry_gitops.report.writers.phrases import (
    escape_unprintable,
    leftover_line,
    message_at_key,
    outcome_label,
    path_from_root,
    remedy_lines,
    summary,
)

_MESSAGE: Final = str.maketrans({"%": "%25", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\n": "%0A", ":": "%3A", ",": "%2C"})


def write_github(report: Report) -> str:
    """Return a line for each finding, one for each reason why checks tell nothing, and one with the counts.

    GitHub shows ten annotations of a step: findings come first, and reasons are not repeated.
    """
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    titles = {check.id: f"{check.id}: {check.title} ({outcome_label(report, check)})" for check in report.checks}
    for finding in report.findings:
        yield annotate(finding, titles.get(finding.id, finding.id))
    for reason in report.reasons():
        checks = ", ".join(check.id for check in reason.checks)
        yield format_notice(f"{len(reason.checks)} {reason.outcome}", f"{reason.message}\n{checks}".lstrip())
    lines = (summary(report), *report.notes, leftover_line(report))
    yield format_notice(f"{report.tool}: {report.subject}", "\n".join(filter(None, lines)))


def annotate(finding: Finding, title: str) -> str:
    """Return the workflow command that shows a finding at its file and line."""
    properties = {"title": title} | _position(finding.location)
    return _command(finding.severity, properties, "\n".join((message_at_key(finding), *remedy_lines(finding))))


def format_notice(title: str, message: str) -> str:
    """Return the workflow command that shows a message at no file."""
    return _command("notice", {"title": title}, message)


def _position(location: Location) -> dict[str, str]:
    file = path_from_root(location.file) if location.file else None
    position = {"file": file, "line": location.line, "col": location.column}
    return {name: str(value) for name, value in position.items() if value is not None}


def _command(level: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{name}={escape_unprintable(value).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {given}::{escape_unprintable(message).translate(_MESSAGE)}"

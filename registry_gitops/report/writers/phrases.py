"""Sentences that several formats of a report share."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from registry_gitops.findings import Finding, Severity
from registry_gitops.report.report import CheckResult, Outcome, Report, Requirement


def summary(report: Report) -> str:
    """Return what came out, in one line: 45 checks in 1.2 s: 44 passed, 1 failed; 2 errors, 1 warning.

    The findings of failed checks are not counted again.
    """
    counted = ", ".join(f"{count} {outcome}" for outcome, count in report.counts().items())
    took = format_duration(report.seconds)
    checks = f"{_count(len(report.checks), 'check')}{f' in {took}' if took else ''}: {counted or 'none ran'}"
    failed = {check.id for check in report.checks if check.is_failure}
    others = Counter(finding.severity for finding in report.findings if finding.id not in failed)
    findings = ", ".join(_count(others[severity], severity) for severity in Severity if others[severity])
    return "; ".join(filter(None, (checks, findings)))


def other_findings(report: Report) -> Iterator[Finding]:
    """Return the findings that are of no check, such as those of a config file that cannot be read."""
    ids = {check.id for check in report.checks}
    return (finding for finding in report.findings if finding.id not in ids)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def format_duration(seconds: float) -> str:
    """Return a time that reads well: 12 ms, 1.2 s, 45 s. Nothing for less than 1 ms."""
    if seconds < 0.0005:
        return ""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"


def message_at_key(finding: Finding) -> str:
    """Return the message with the key or the object, but not the file: for formats that have the file elsewhere."""
    return ": ".join(filter(None, (finding.location.key, finding.location.object, finding.message)))


def remedy_lines(finding: Finding) -> list[str]:
    """Return what to change, and what asks for it, a line each."""
    labeled = {"Remedy": finding.remedy, "See": finding.reference}
    return [f"{label}: {text}" for label, text in labeled.items() if text]


def outcome_label(report: Report, check: CheckResult) -> str:
    """Return the outcome, whether it is only about a recommendation, or `warning` if it passed with a finding."""
    if check.outcome is Outcome.FAILED and check.requirement is Requirement.RECOMMENDED:
        return f"{check.outcome} ({check.requirement})"
    if check.outcome is Outcome.PASSED and report.findings_of(check):
        return Severity.WARNING.value
    return check.outcome.value


def path_from_root(file: str) -> str:
    """Return a path relative to the working directory, which is the root of the repository in CI.

    If `file` is outside of it, the path is absolute: what reads a report resolves no `..`.
    """
    path, root = Path(os.path.realpath(file)), Path.cwd()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def escape_unprintable(text: str) -> str:
    """Return what a server sent without what a terminal would obey or XML cannot hold. Line breaks stay."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text
    )

"""Sentences that several formats of a report share."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from registry_gitops.findings import Finding, Severity
from registry_gitops.report.report import CheckResult, Outcome, Report, Requirement


def summary(report: Report) -> str:
    """Return what came out, in one line: 1 of 16 checks failed in 1.2 s, 49 skipped because pushes fail; 1 warning.

    The findings of failed checks are not counted again.
    """
    took = f" in {duration}" if (duration := format_duration(report.seconds)) else ""
    checks = ", ".join((count_ran(report, took), *told_nothing(report)))
    return "; ".join(filter(None, (checks, other_counts(report))))


def count_ran(report: Report, took: str = "") -> str:
    """Return how many of the checks that ran failed, or that all of them passed, and how long it took."""
    counts = report.counts()
    ran = len(report.checks) - counts.get(Outcome.SKIPPED, 0)
    failed, unfinished = counts.get(Outcome.FAILED, 0), counts.get(Outcome.ERROR, 0)
    if not ran:
        return "no check ran"
    if not failed and not unfinished:
        return f"{_count(counts.get(Outcome.PASSED, 0), 'check')} passed{took}"
    of_ran = f"of {_count(ran, 'check')}"
    if not failed:
        return f"{unfinished} {of_ran} could not finish{took}"
    return f"{failed} {of_ran} failed{took}{f', {unfinished} could not finish' if unfinished else ''}"


def told_nothing(report: Report) -> Iterator[str]:
    """Yield how many checks are not supported, and how many were skipped, with the failure behind it."""
    counts = report.counts()
    if Outcome.NOT_SUPPORTED in counts:
        yield f"{counts[Outcome.NOT_SUPPORTED]} not supported"
    skipped = counts.get(Outcome.SKIPPED, 0)
    if not skipped:
        return
    # A reason that names a failed check explains the rest: it is worth its place in the headline.
    for reason in report.reasons():
        if reason.outcome is Outcome.SKIPPED and report.failure_behind(reason):
            yield f"{len(reason.checks)} skipped because {reason.message}"
            if others := skipped - len(reason.checks):
                yield f"{others} for other reasons"
            return
    yield f"{skipped} skipped"


def other_counts(report: Report) -> str:
    """Return how many findings of each severity are of no failed check, or ""."""
    failed = {check.id for check in report.checks if check.is_failure}
    others = Counter(finding.severity for finding in report.findings if finding.id not in failed)
    return ", ".join(_count(others[severity], severity) for severity in Severity if others[severity])


def all_findings(report: Report) -> tuple[Finding, ...]:
    """Return the findings, and one for each failed check that has its message and evidence instead."""
    severities = {Requirement.REQUIRED: Severity.ERROR, Requirement.RECOMMENDED: Severity.WARNING}
    failed = [check for check in report.checks if check.is_failure and not report.findings_of(check)]
    return (
        *report.findings,
        *(
            Finding(id=check.id, message=check.message, severity=severities[check.requirement], evidence=check.evidence)
            for check in failed
        ),
    )


def other_findings(report: Report) -> Iterator[Finding]:
    """Return the findings that are of no check, such as those of a config file that cannot be read."""
    ids = {check.id for check in report.checks}
    return (finding for finding in report.findings if finding.id not in ids)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def about_lines(report: Report) -> list[tuple[str, str]]:
    """Return what to know of the run before its results, as labels with texts."""
    config = f"{report.config} ({_shorten(report.revision)})" if report.revision else report.config
    labeled = {
        "level": report.level,
        "user": report.user or ("anonymous" if report.level else ""),
        "config file": config,
    }
    return [(label, text) for label, text in labeled.items() if text]


def leftover_line(report: Report) -> str:
    """Return how much the run could not delete, in one line, or ""."""
    return f"Not deleted from the registry: {report.leftover_summary}" if report.leftover_summary else ""


def _shorten(revision: str) -> str:
    """Return a revision as people compare it: a commit or a digest with 12 characters."""
    return re.sub(r"[0-9a-f]{40,}", lambda digits: digits[0][:12], revision)


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

"""Sentences that several forms of a report share."""

from __future__ import annotations

from registry_gitops.report.model import Outcome, Report, Result, Severity


def summary(report: Report) -> str:
    """What came out, in one line: 45 checks in 1.2 s: 44 passed, 1 failed."""
    counted = ", ".join(f"{count} {outcome}" for outcome, count in report.counts().items())
    checks = "1 check" if len(report.results) == 1 else f"{len(report.results)} checks"
    return f"{checks} in {duration(report.seconds)}: {counted or 'nothing was looked at'}"


def duration(seconds: float) -> str:
    """A time that reads well: 12 ms, 1.2 s, 45 s. Nothing for less than 1 ms."""
    if seconds < 0.0005:
        return ""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"


def explanation(result: Result) -> list[str]:
    """What one needs to know to act on a result, a line each: what was seen, what to change, who asks for it."""
    return [
        *([result.message] if result.message else []),
        *([f"Remedy: {result.remedy}"] if result.remedy and result.bad else []),
        *([f"See: {result.reference}"] if result.reference and result.bad else []),
    ]


def verdict(result: Result) -> str:
    """The outcome, with the word that tells what is a must from what is none."""
    soft = result.outcome is Outcome.FAILED and result.severity is Severity.SHOULD
    return f"{result.outcome} (should)" if soft else result.outcome.value


def plain(text: str) -> str:
    """What a server sent, without what a terminal would obey or XML cannot hold. Line breaks stay."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text
    )

"""The report as one page to attach to a change request: no script, nothing to load, light and dark, printable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from registry_gitops.findings import Severity
from registry_gitops.report.report import CheckResult, Outcome, Report
from registry_gitops.report.writers.phrases import escape_unprintable, format_duration, outcome_label, summary

_STYLE: Final = Path(__file__).with_suffix(".css")
_MARKS: Final[dict[str, str]] = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.NOT_SUPPORTED: "~",
    Outcome.SKIPPED: "○",
    Outcome.ERROR: "!",
    Severity.WARNING: "!",
}


def write_html(report: Report) -> str:
    """Return the page: the outcome, what to change, what was not deleted, and every check."""
    title = f"{report.tool}: {report.subject}"
    parts = (
        "<!doctype html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{_safe(title)}</title>",
        f"<style>\n{_STYLE.read_text('utf-8')}</style>",
        *_head(report),
        "<main>",
        *_findings(report),
        *_leftovers(report),
        *_table(report),
        "</main>",
        f"<footer>{_safe(report.tool)} {_safe(report.version)}</footer>",
        "</html>",
    )
    return "".join(f"{part}\n" for part in parts)


def _head(report: Report) -> Iterator[str]:
    yield f'<header class="{"passed" if report.passed else "failed"}">'
    yield f"<p>{_safe(report.tool)}</p>"
    yield f"<h1>{_headline(report)}</h1>"
    yield f"<p><code>{_safe(report.subject)}</code></p>"
    yield f"<p>{_safe(summary(report))}. Started {report.started:%Y-%m-%d %H:%M:%S %Z}.</p>"
    yield from (f"<p>{_prose(note)}.</p>" for note in report.notes)
    shares = (f'<i class="{_class(outcome)}" style="flex:{count}"></i>' for outcome, count in report.counts().items())
    yield f'<div class="bar" aria-hidden="true">{"".join(shares)}</div>'
    yield "</header>"


def _headline(report: Report) -> str:
    counts = report.counts()
    failed = sum(check.is_failure for check in report.checks)
    if failed:
        skipped = counts.get(Outcome.SKIPPED, 0)
        return f"{failed} of {len(report.checks) - skipped} checks failed{f', {skipped} skipped' if skipped else ''}"
    errors = sum(finding.is_error for finding in report.findings)
    if errors:
        return f"{errors} error{'' if errors == 1 else 's'}"
    return f"No check failed: {', '.join(f'{count} {outcome}' for outcome, count in counts.items()) or 'none ran'}"


def _findings(report: Report) -> Iterator[str]:
    if not report.findings:
        return
    checks = {check.id: check for check in report.checks}
    anchors: set[str] = set()
    yield "<section><h2>What to change</h2>"
    for finding in sorted(report.findings, key=lambda finding: not finding.is_error):
        check = checks.get(finding.id)
        kind = _class(check.outcome) if check and check.is_failure else "failed" if finding.is_error else "warning"
        badge = _badge(report, check) if check else f'<b class="{kind}">{finding.severity}</b>'
        title = f"{badge} {_safe(check.title)}" if check else badge
        # A page has each id once: the link of a check leads to its first finding.
        anchor = "" if finding.id in anchors else f' id="{_safe(finding.id)}"'
        anchors.add(finding.id)
        yield f'<article class="{kind}"{anchor}>'
        yield f"<h3>{title} <code>{_safe(finding.id)}</code></h3>"
        yield f"<p>{_prose(finding.message)}</p>"
        yield "<dl>"
        known = {"Location": str(finding.location), "Remedy": finding.remedy, "See": finding.reference}
        yield from (f"<dt>{name}</dt><dd>{_prose(text)}</dd>" for name, text in known.items() if text)
        yield "</dl>"
        yield from _evidence(finding.evidence)
        if check and check.explanation:
            yield f"<details><summary>Why</summary>{_paragraphs(check.explanation)}</details>"
        yield "</article>"
    yield "</section>"


def _leftovers(report: Report) -> Iterator[str]:
    if report.leftovers:
        yield "<section><h2>Not deleted from the registry</h2><ul>"
        yield from (f"<li><code>{_safe(line)}</code></li>" for line in report.leftovers)
        yield "</ul></section>"


def _table(report: Report) -> Iterator[str]:
    if not report.checks:
        return
    yield "<section><h2>Every check</h2><table>"
    yield "<thead><tr><th>Outcome</th><th>Check</th><th>Requirement</th><th>Time</th></tr></thead><tbody>"
    for check in report.checks:
        yield f"<tr><td>{_badge(report, check)}</td><td>"
        yield from _row(report, check)
        yield f"</td><td>{check.requirement}</td><td>{format_duration(check.seconds)}</td></tr>"
    yield "</tbody></table></section>"


def _row(report: Report, check: CheckResult) -> Iterator[str]:
    title = f"{_safe(check.title)} <code>{_safe(check.id)}</code>"
    if report.findings_of(check):
        yield f'{title}<small><a href="#{_safe(check.id)}">What to change</a></small>'
        return
    yield f"<details><summary>{title}</summary>"
    if check.verifies:
        yield f"<small>{_prose(check.verifies)}</small>"
    yield from _evidence(check.evidence)
    yield "</details>"
    if check.message:
        yield f"<small>{_prose(check.message)}</small>"


def _evidence(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        text = _safe("\n".join(lines))
        yield f"<pre>{text}</pre>"


def _badge(report: Report, check: CheckResult) -> str:
    text = outcome_label(report, check)
    kind = text if text in _MARKS else check.outcome
    return f'<b class="{_class(kind)}">{_MARKS[kind]} {text}</b>'


def _safe(text: str) -> str:
    return escape(escape_unprintable(text))


def _prose(text: str) -> str:
    """Return a sentence as HTML: what is between backquotes is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", _safe(text))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_prose(paragraph)}</p>" for paragraph in text.split("\n\n"))


def _class(verdict_: str) -> str:
    return verdict_.replace(" ", "-")

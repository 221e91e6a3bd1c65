"""The report as one page to attach to a change request: no script, nothing to load, light and dark, printable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from registry_gitops.findings import Finding, Severity
from registry_gitops.report.report import CheckResult, Outcome, Reason, Report, Requirement
from registry_gitops.report.writers.phrases import (
    about_lines,
    all_findings,
    count_ran,
    escape_unprintable,
    format_duration,
    other_counts,
    outcome_label,
    told_nothing,
)

_STYLE: Final = Path(__file__).with_suffix(".css")
_MARKS: Final[dict[str, str]] = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.NOT_SUPPORTED: "~",
    Outcome.SKIPPED: "○",
    Outcome.ERROR: "!",
    Severity.WARNING: "!",
}
_MAX_OPEN: Final = 3
"""With more findings, their evidence is folded."""


def write_html(report: Report) -> str:
    """Return the page: the outcome, what to change, what was not checked and why, and what passed."""
    parts = (
        "<!doctype html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{_safe(f'{count_ran(report)}: {report.subject}')}</title>",
        f"<style>\n{_STYLE.read_text('utf-8')}</style>",
        *_head(report),
        "<main>",
        *_findings(report),
        *_reasons(report),
        *_passed(report),
        *_leftovers(report),
        "</main>",
        f"<footer>{_safe(report.tool)} {_safe(report.version)}</footer>",
        "</html>",
    )
    return "".join(f"{part}\n" for part in parts)


def _head(report: Report) -> Iterator[str]:
    yield f'<header class="{"passed" if report.passed else "failed"}">'
    yield f"<p>{_safe(report.tool)} {_safe(report.version)}</p>"
    yield f"<h1>{_safe(_title(report))}</h1>"
    yield f'<p class="subject"><code>{_safe(report.subject)}</code></p>'
    shares = (f'<i class="{_class(outcome)}" style="flex:{count}"></i>' for outcome, count in report.counts().items())
    yield f'<div class="bar" aria-hidden="true">{"".join(shares)}</div>'
    if rest := _capitalize(", ".join((*told_nothing(report), *filter(None, [other_counts(report)])))):
        yield f"<p>{_prose(rest)}.</p>"
    yield from (f'<p class="note">{_prose(note)}.</p>' for note in report.notes)
    facts = [
        *((_capitalize(label), text) for label, text in about_lines(report)),
        ("Started", f"{report.started:%Y-%m-%d %H:%M:%S %Z}"),
        ("Took", format_duration(report.seconds)),
    ]
    yield '<dl class="facts">'
    yield from (f"<div><dt>{label}</dt><dd>{_safe(text)}</dd></div>" for label, text in facts if text)
    yield "</dl>"
    if report.command:
        yield f'<p>Run again:</p><pre class="command">{_safe(report.command)}</pre>'
    yield "</header>"


def _title(report: Report) -> str:
    errors = sum(finding.is_error for finding in report.findings)
    if errors and not any(check.is_failure for check in report.checks):
        return f"{errors} error{'' if errors == 1 else 's'}"
    return _capitalize(count_ran(report))


def _findings(report: Report) -> Iterator[str]:
    findings = sorted(all_findings(report), key=lambda finding: not finding.is_error)
    if not findings:
        return
    checks = {check.id: check for check in report.checks}
    anchors: set[str] = set()
    yield "<section><h2>What to change</h2>"
    for finding in findings:
        # A page has each id once: a link leads to the first finding of a check.
        anchor = "" if finding.id in anchors else f' id="{_safe(finding.id)}"'
        anchors.add(finding.id)
        yield from _finding(report, finding, checks.get(finding.id), anchor, is_open=len(findings) <= _MAX_OPEN)
    yield "</section>"


def _finding(
    report: Report, finding: Finding, check: CheckResult | None, anchor: str, *, is_open: bool
) -> Iterator[str]:
    kind = _class(check.outcome) if check and check.is_failure else "failed" if finding.is_error else "warning"
    badge = _badge(report, check) if check else f'<b class="{kind}">{finding.severity}</b>'
    yield f'<article class="{kind}"{anchor}>'
    yield f"<h3>{badge} {_prose(check.title) if check else ''} <code>{_safe(finding.id)}</code></h3>"
    yield f"<p>{_prose(finding.message)}</p>"
    yield "<dl>"
    known = {"Location": str(finding.location), "Remedy": finding.remedy, "See": finding.reference}
    yield from (f"<dt>{name}</dt><dd>{_prose(text)}</dd>" for name, text in known.items() if text)
    yield "</dl>"
    if finding.evidence:
        summary = f"What was seen: {len(finding.evidence)} line{'' if len(finding.evidence) == 1 else 's'}"
        yield f"<details{' open' if is_open else ''}><summary>{summary}</summary>"
        yield f"{_evidence(finding.evidence)}</details>"
    if check and check.explanation:
        yield f"<details><summary>Why</summary>{_paragraphs(check.explanation)}</details>"
    yield "</article>"


def _reasons(report: Report) -> Iterator[str]:
    """Yield the checks that tell nothing, a group for each reason."""
    if reasons := report.reasons():
        yield "<section><h2>Not checked</h2>"
        for reason in reasons:
            yield from _reason(report, reason)
        yield "</section>"


def _reason(report: Report, reason: Reason) -> Iterator[str]:
    badge = f'<b class="{_class(reason.outcome)}">{_MARKS[reason.outcome]} {len(reason.checks)} {reason.outcome}</b>'
    yield f"<details><summary>{badge} {_linked(report, reason)}</summary><ul>"
    yield from (f"<li>{_name(check)}</li>" for check in reason.checks)
    yield "</ul></details>"


def _linked(report: Report, reason: Reason) -> str:
    """Return the reason, with a link to the failed check behind it."""
    if id_ := report.failure_behind(reason):
        return f'{_prose(reason.message.removesuffix(id_))}<a href="#{_safe(id_)}">{_safe(id_)}</a>'
    return _prose(reason.message)


def _passed(report: Report) -> Iterator[str]:
    passed = [check for check in report.checks if check.outcome is Outcome.PASSED]
    if not passed:
        return
    yield "<section><h2>Passed</h2><table>"
    yield "<thead><tr><th>Check</th><th>Time</th></tr></thead><tbody>"
    for check in passed:
        yield f"<tr><td>{''.join(_row(report, check))}</td><td>{format_duration(check.seconds)}</td></tr>"
    yield "</tbody></table></section>"


def _row(report: Report, check: CheckResult) -> Iterator[str]:
    mark = _badge(report, check) if report.findings_of(check) else f'<b class="passed">{_MARKS[check.outcome]}</b>'
    title = f"{mark} {_name(check)}"
    if report.findings_of(check):
        yield f'{title}<small><a href="#{_safe(check.id)}">What to change</a></small>'
        return
    yield f"<details><summary>{title}</summary>"
    if check.verifies:
        yield f"<small>{_prose(check.verifies)}</small>"
    if check.evidence:
        yield _evidence(check.evidence)
    yield "</details>"
    if check.message:
        yield f"<small>{_prose(check.message)}</small>"


def _leftovers(report: Report) -> Iterator[str]:
    if report.leftovers:
        yield "<section><h2>Not deleted from the registry</h2>"
        yield f"<details><summary>{_safe(report.leftover_summary)}</summary><ul>"
        yield from (f"<li><code>{_safe(line)}</code></li>" for line in report.leftovers)
        yield "</ul></details></section>"


def _name(check: CheckResult) -> str:
    recommended = f" <em>{check.requirement}</em>" if check.requirement is Requirement.RECOMMENDED else ""
    return f"{_prose(check.title)} <code>{_safe(check.id)}</code>{recommended}"


def _evidence(lines: Sequence[str]) -> str:
    return "<pre>{}</pre>".format(_safe("\n".join(lines)))


def _badge(report: Report, check: CheckResult) -> str:
    text = outcome_label(report, check)
    kind = text if text in _MARKS else check.outcome
    return f'<b class="{_class(kind)}">{_MARKS[kind]} {text}</b>'


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]


def _safe(text: str) -> str:
    return escape(escape_unprintable(text))


def _prose(text: str) -> str:
    """Return a sentence as HTML: what is between backquotes is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", _safe(text))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_prose(paragraph)}</p>" for paragraph in text.split("\n\n"))


def _class(verdict_: str) -> str:
    return verdict_.replace(" ", "-")

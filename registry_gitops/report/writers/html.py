"""The report as one page to attach to a change request: no script, nothing to load, light and dark, printable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from registry_gitops.report.model import Outcome, Report, Result, Severity
from registry_gitops.report.writers.words import duration, plain, summary, verdict

_STYLE: Final = Path(__file__).with_suffix(".css")
_MARKS: Final = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.NOT_SUPPORTED: "~",
    Outcome.SKIPPED: "○",
    Outcome.ERROR: "!",
}


def write(report: Report) -> str:
    """The page: the verdict, what to change, what is left behind, and every check."""
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
        *_problems(report),
        *_left(report),
        *_table(report),
        "</main>",
        f"<footer>{_safe(report.tool)} {_safe(report.version)}</footer>",
        "</html>",
    )
    return "".join(f"{part}\n" for part in parts)


def _head(report: Report) -> Iterator[str]:
    bad = sum(result.bad for result in report.results)
    yield f'<header class="{"failed" if bad else "passed"}">'
    yield f"<p>{_safe(report.tool)}</p>"
    yield f"<h1>{_headline(report, bad)}</h1>"
    yield f"<p><code>{_safe(report.subject)}</code></p>"
    yield f"<p>{_safe(summary(report))}. Started {report.started:%Y-%m-%d %H:%M:%S %Z}.</p>"
    shares = (f'<i class="{_class(outcome)}" style="flex:{count}"></i>' for outcome, count in report.counts().items())
    yield f'<div class="bar" aria-hidden="true">{"".join(shares)}</div>'
    yield "</header>"


def _headline(report: Report, bad: int) -> str:
    counts = report.counts()
    if not bad:
        return f"No check failed: {', '.join(f'{count} {outcome}' for outcome, count in counts.items()) or 'none ran'}"
    skipped = counts.get(Outcome.SKIPPED, 0)
    return f"{bad} of {len(report.results) - skipped} checks failed{f', {skipped} skipped' if skipped else ''}"


def _problems(report: Report) -> Iterator[str]:
    bad = [result for result in report.results if result.bad]
    if not bad:
        return
    yield "<section><h2>What to change</h2>"
    for result in sorted(bad, key=lambda each: each.severity is Severity.SHOULD):
        yield f'<article class="{_class(result.outcome)}" id="{_safe(result.id)}">'
        yield f"<h3>{_badge(result)} {_safe(result.title)} <code>{_safe(result.id)}</code></h3>"
        yield f"<p>{_prose(result.message)}</p>"
        yield "<dl>"
        known = {"Remedy": result.remedy, "See": result.reference, "Place": str(result.place or "")}
        yield from (f"<dt>{name}</dt><dd>{_prose(text)}</dd>" for name, text in known.items() if text)
        yield "</dl>"
        yield from _evidence(result)
        yield "</article>"
    yield "</section>"


def _left(report: Report) -> Iterator[str]:
    if report.left:
        yield "<section><h2>Left in the registry</h2><ul>"
        yield from (f"<li><code>{_safe(line)}</code></li>" for line in report.left)
        yield "</ul></section>"


def _table(report: Report) -> Iterator[str]:
    yield "<section><h2>Every check</h2><table>"
    yield "<thead><tr><th>Outcome</th><th>Check</th><th>Level</th><th>Time</th></tr></thead><tbody>"
    for result in report.results:
        yield f"<tr><td>{_badge(result)}</td><td>"
        yield from _row(result)
        yield f"</td><td>{result.severity}</td><td>{duration(result.seconds)}</td></tr>"
    yield "</tbody></table></section>"


def _row(result: Result) -> Iterator[str]:
    title = f"{_safe(result.title)} <code>{_safe(result.id)}</code>"
    if result.bad:
        yield f'{title}<small><a href="#{_safe(result.id)}">What to change</a></small>'
        return
    yield f"<details><summary>{title}</summary>"
    if result.proves:
        yield f"<small>{_prose(result.proves)}</small>"
    yield from _evidence(result)
    yield "</details>"
    if result.message:
        yield f"<small>{_prose(result.message)}</small>"


def _evidence(result: Result) -> Iterator[str]:
    if result.evidence:
        lines = _safe("\n".join(result.evidence))
        yield f"<pre>{lines}</pre>"


def _badge(result: Result) -> str:
    return f'<b class="{_class(result.outcome)}">{_MARKS[result.outcome]} {verdict(result)}</b>'


def _safe(text: str) -> str:
    return escape(plain(text))


def _prose(text: str) -> str:
    """A sentence, in which what stands between backquotes is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", _safe(text))


def _class(outcome: Outcome) -> str:
    return outcome.value.replace(" ", "-")

"""The report of an import as text: decisions first, then what was translated, kept, and dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from registry_gitops.importer.import_report import Fate, ImportReport, KeyOutcome

_TITLES: Final = {
    Fate.DECISION: "Needs a decision",
    Fate.TRANSLATED: "Translated",
    Fate.KEPT: "Kept",
    Fate.DROPPED: "Dropped",
}


def format_import(report: ImportReport) -> str:
    """Return the report as lines of text."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: ImportReport) -> Iterator[str]:
    yield f"{report.form}: {_summary(report)}"
    for fate, title in _TITLES.items():
        found = [outcome for outcome in report.outcomes if outcome.fate is fate]
        if found:
            yield ""
            yield f"{title}:"
            yield from _decisions(found) if fate is Fate.DECISION else _by_file(found)
    if report.differences:
        yield ""
        yield "What the new deployment does in another way:"
        yield from (f"  {text}" for text in report.differences)
    yield ""
    yield "Next:"
    yield from (f"  {step}" for step in report.steps)
    if report.rollback:
        yield ""
        yield "The way back, if the new registry does not work:"
        yield from (f"  {step}" for step in report.rollback)


def _summary(report: ImportReport) -> str:
    counts = report.counts
    return ", ".join(
        [
            f"{counts[Fate.KEPT]} keys kept",
            f"{counts[Fate.TRANSLATED]} translated",
            f"{counts[Fate.DROPPED]} dropped",
            f"{counts[Fate.DECISION]} to decide",
        ]
    )


def _decisions(outcomes: Iterable[KeyOutcome]) -> Iterator[str]:
    for outcome in outcomes:
        yield f"  {outcome.file}:{outcome.line}:{outcome.column}: {_outcome(outcome)}"
        yield from (f"    - {option}" for option in outcome.options)


def _by_file(outcomes: Iterable[KeyOutcome]) -> Iterator[str]:
    for file, found in groupby(outcomes, key=lambda outcome: outcome.file):
        yield f"  {file}:"
        yield from (f"    {each.line}:{each.column}: {_outcome(each)}" for each in found)


def _outcome(outcome: KeyOutcome) -> str:
    inner = f" ({len(outcome.keys)} keys)" if len(outcome.keys) > 1 else ""
    key = outcome.key or "(the whole document)"
    to = ", ".join(outcome.to)
    target = f" -> {to}" if to and to not in (key, key.removeprefix("spec."), f"values.{key}") else ""
    note = f": {outcome.note}" if outcome.note else ""
    return f"{key}{inner}{target}{note}"

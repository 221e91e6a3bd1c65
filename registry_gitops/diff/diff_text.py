"""The text of what `diff` reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from registry_gitops.diff.diff_report import ChangeAction, ChangedField, DeploymentDiff, DiffReport, ObjectChange
from registry_gitops.diff.effect import Effect
from registry_gitops.report import escape_line

_SIGNS: Final = {ChangeAction.CREATE: "+", ChangeAction.UPDATE: "~", ChangeAction.DELETE: "-"}
_LONGEST: Final = 100
"""Characters of a value."""


def format_diff_text(report: DiffReport) -> str:
    """Return the changes of each deployment, and one line with the counts."""
    lines = [line for deployment in report.deployments for line in _deployment_lines(deployment)]
    return "".join(f"{escape_line(line)}\n" for line in (*lines, summarize_diff(report)))


def summarize_diff(report: DiffReport) -> str:
    """Return the counts in one line: 3 deployments: 1 restarts-pods, 2 unchanged."""
    counts = Counter(each.outcome for each in report.deployments)
    order = [*reversed(Effect), "unchanged", "not compared"]
    total = len(report.deployments)
    words = ", ".join(f"{counts[name]} {name}" for name in order if counts[name])
    return f"{total} deployment{'' if total == 1 else 's'} against {report.against}: {words}"


def _deployment_lines(deployment: DeploymentDiff) -> Iterator[str]:
    if not deployment.is_worth_telling:
        return
    yield f"{deployment.title}: {deployment.outcome}"
    for finding in (*deployment.problems, *deployment.findings):
        yield f"  {finding.headline}"
    for note in deployment.notes:
        yield f"  note: {note}"
    for change in deployment.changes:
        yield f"  {_SIGNS[change.action]} {change.object}: {effect_prefix(change)}{change.reason}"
        for field in change.fields:
            yield f"      {format_field(field)}"


def effect_prefix(change: ObjectChange) -> str:
    """Return what stands in front of the reason: the effect, unless there is none."""
    return "" if change.effect is Effect.NOTHING else f"{change.effect}: "


def format_field(field: ChangedField) -> str:
    """Return one field on one line: path: before -> after."""
    before, after = (None if value is None else shorten(value) for value in (field.before, field.after))
    if before is None:
        return f"{field.path}: + {after}"
    if after is None:
        return f"{field.path}: - {before}"
    return f"{field.path}: {before} -> {after}"


def shorten(value: str) -> str:
    """Return a value, cut to 100 characters."""
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."

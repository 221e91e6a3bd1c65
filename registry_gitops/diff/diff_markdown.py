"""What `diff` reports as Markdown: a comment for a change request of GitHub, GitLab, or Gitea."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from registry_gitops.diff.diff_report import ChangeAction, ChangedField, DeploymentDiff, DiffReport
from registry_gitops.diff.diff_text import effect_prefix, shorten, summarize_diff
from registry_gitops.diff.effect import Effect
from registry_gitops.report import escape_line

_LARGEST: Final = 60_000
"""Characters of all details: GitHub refuses a comment of more than 65,536."""
_SPECIAL: Final = re.compile(r"([\\`*_\[\]#|<>&~@])")
"""What Markdown, HTML, or a mention of a person begins with."""
_ACTIONS: Final = {ChangeAction.CREATE: "created", ChangeAction.UPDATE: "updated", ChangeAction.DELETE: "deleted"}
_OUTCOMES: Final = ("not compared", *reversed(Effect), "unchanged")
_BOLD: Final = {"not compared", *Effect} - {Effect.NOTHING, Effect.SCALES_PODS, Effect.RESTARTS_PODS}


def format_diff_markdown(report: DiffReport) -> str:
    """Return a table with a row for each deployment that changes, and the details of each, folded. The worst is first.

    What is too long for a comment is left out, and counted.
    """
    told = [each for each in report.deployments if each.is_worth_telling]
    shown = sorted(told, key=lambda each: _OUTCOMES.index(each.outcome))
    lines = [f"### {_text(f'registry-gitops diff: {summarize_diff(report)}')}"]
    if shown:
        rows = _fit(map(_row, shown), _LARGEST // 3)
        more = [f"| {len(shown) - len(rows)} more | | |"] if len(rows) < len(shown) else []
        lines += ["", "| deployment | effect | objects |", "|---|---|---|", *rows, *more]
    details = _fit(map(_describe_deployment, shown), _LARGEST - sum(map(len, lines)))
    lines += details
    if len(details) < len(shown):
        left = len(shown) - len(details)
        lines += ["", f"The details of {left} more are too long for a comment: run `registry-gitops diff`."]
    return "".join(f"{line}\n" for line in lines)


def _fit(texts: Iterable[str], size: int) -> list[str]:
    """Return the first texts that have `size` characters together."""
    fitting = list[str]()
    for text in texts:
        size -= len(text) + 1
        if size < 0:
            break
        fitting.append(text)
    return fitting


def _describe_deployment(deployment: DeploymentDiff) -> str:
    """Return the details of a deployment; without the fields, if they are most of a comment."""
    whole = "\n".join(("", *_details(deployment)))
    if len(whole) <= _LARGEST // 2:
        return whole
    without = tuple(change.model_copy(update={"fields": ()}) for change in deployment.changes)
    note = "the fields are too long for a comment"
    return "\n".join(
        ("", *_details(deployment.model_copy(update={"changes": without, "notes": (*deployment.notes, note)})))
    )


def _row(deployment: DeploymentDiff) -> str:
    counts = Counter(change.action for change in deployment.changes)
    objects = ", ".join(f"{counts[action]} {word}" for action, word in _ACTIONS.items() if counts[action])
    return f"| {_text(deployment.title)} | {_emphasize(deployment.outcome)} | {objects or 'none'} |"


def _emphasize(effect: str) -> str:
    return f"**{effect}**" if effect in _BOLD else effect


def _details(deployment: DeploymentDiff) -> Iterator[str]:
    yield f"<details><summary>{_html(deployment.title)}</summary>"
    yield ""
    found = (*deployment.problems, *deployment.findings)
    yield from (f"- **{finding.severity}** {_text(str(finding))} ({finding.id})" for finding in found)
    yield from (f"- note: {_text(note)}" for note in deployment.notes)
    for change in deployment.changes:
        effect = f"**{change.effect}**: " if change.effect in _BOLD else effect_prefix(change)
        yield f"- {_ACTIONS[change.action]} {_text(str(change.object))}: {effect}{_text(change.reason)}"
        if change.fields:
            yield from (f"  {line}" for line in _fenced([line for field in change.fields for line in _diff(field)]))
    yield ""
    yield "</details>"


def _diff(field: ChangedField) -> Iterator[str]:
    for sign, value in (("-", field.before), ("+", field.after)):
        if value is not None:
            yield escape_line(f"{sign} {field.path}: {shorten(value)}")


def _fenced(lines: list[str]) -> Iterator[str]:
    """Yield a block of code, between fences that are longer than any in it."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}diff"
    yield from lines
    yield fence


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", escape_line(text))


def _html(text: str) -> str:
    return escape_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

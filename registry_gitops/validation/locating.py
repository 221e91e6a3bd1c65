"""A problem of an object to a finding with file, line, and column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from registry_gitops.documents import Manifest, Problem, SourceFile, TextProblem, YAMLDocument
from registry_gitops.findings import Finding, Location
from registry_gitops.rules import RULES

_SEVERITIES: Final = {rule.id: rule.severity for rule in RULES}


class Located(NamedTuple):
    """A problem, the rule that found it, and the object or the document that it is in."""

    rule_id: str
    subject: Manifest | YAMLDocument
    problem: Problem


def locate(found: Located) -> Finding:
    """Return the finding of a problem. The text of its document is read once more, with positions."""
    rule_id, subject, problem = found
    document, prefix = (subject.document, subject.path) if isinstance(subject, Manifest) else (subject, ())
    line, column = document.position((*prefix, *problem.path), on_key=problem.on_key)
    name = subject.identity if isinstance(subject, Manifest) else ""
    return Finding(
        id=rule_id,
        message=problem.message,
        severity=problem.severity or _SEVERITIES[rule_id],
        location=Location(document.source.name, line, column, _key(problem.path), name),
        remedy=problem.remedy,
    )


def locate_in_text(source: SourceFile, problem: TextProblem) -> Finding:
    """Return the finding of a problem of a text."""
    return Finding(
        id=problem.rule_id,
        message=problem.message,
        severity=_SEVERITIES[problem.rule_id],
        location=Location(source.name, problem.line, problem.column),
        remedy=problem.remedy,
    )


def _key(path: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")

"""Comments that silence findings: `# registry-gitops: ignore=ID[,ID] reason`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from registry_gitops.documents import SourceFile, TextProblem
from registry_gitops.findings import Finding, Location
from registry_gitops.masking import quote
from registry_gitops.rules import RULES
from registry_gitops.validation.locating import locate_in_text

_MARK: Final = "registry-gitops:"
_COMMENT: Final = re.compile(rf"(?:^|[ \t])#[ \t]*{_MARK}[ \t]*(?P<words>.*)$")
_WORDS: Final = re.compile(r"ignore=(?P<ids>[\w,-]+)(?P<reason>.*)")


@dataclass
class _Suppression:
    """A comment, and the line whose findings it silences: its own, or the next one that is no comment."""

    line: int
    column: int
    target: int
    words: str
    used: set[str] = field(default_factory=set)

    @property
    def ids(self) -> list[str]:
        found = _WORDS.fullmatch(self.words)
        return [id_ for id_ in found["ids"].split(",") if id_] if found else []

    @property
    def reason(self) -> str:
        found = _WORDS.fullmatch(self.words)
        return found["reason"].strip() if found else ""


def apply_suppressions(
    findings: Iterable[Finding], sources: Iterable[SourceFile], reports: Callable[[str], bool]
) -> Iterator[Finding]:
    """Yield the findings that no comment silences, and those about the comments. `reports` tells which rules ran."""
    found = [(source, _parse(source.text)) for source in sources if _MARK in source.text]
    by_line = {
        (Location(source.name).file, each.target, id_): each
        for source, suppressions in found
        for each in suppressions
        for id_ in each.ids
    }
    for finding in findings:
        suppression = by_line.get((finding.location.file, finding.location.line or 0, finding.id))
        if suppression:
            suppression.used.add(finding.id)
        else:
            yield finding
    for source, suppressions in found:
        for each in suppressions:
            problems = (problem for problem in _problems(each, reports) if reports(problem.rule_id))
            yield from (locate_in_text(source, problem) for problem in problems)


def _parse(text: str) -> list[_Suppression]:
    found, lines = [], text.splitlines()
    for number, line in enumerate(lines, 1):
        comment = _COMMENT.search(line) if _MARK in line else None
        if comment:
            target = number
            while target <= len(lines) and lines[target - 1].lstrip().startswith("#"):
                target += 1
            found.append(_Suppression(number, line.index("#", comment.start()) + 1, target, comment["words"]))
    return found


def _problems(suppression: _Suppression, reports: Callable[[str], bool]) -> Iterator[TextProblem]:
    at = suppression.line, suppression.column
    ids, known = suppression.ids, [rule.id for rule in RULES]
    if not ids:
        message, remedy = "the comment silences no rule", "Write # registry-gitops: ignore=RULE reason"
        yield TextProblem("invalid-suppression", *at, message, remedy)
        return
    for id_ in ids:
        if id_ not in known:
            from difflib import get_close_matches  # Imported here: most ids are spelled right.

            close = get_close_matches(id_, known, n=1)
            remedy = f"Write {close[0]}" if close else "Write the id of a rule: registry-gitops validate --list-rules"
            yield TextProblem("invalid-suppression", *at, f"there is no rule {quote(id_)}", remedy)
        elif id_ not in suppression.used and reports(id_):
            message = f"{id_} finds nothing on the line of the comment, or below it"
            yield TextProblem("unused-suppression", *at, message, f"Remove {id_} from the comment")
    if not suppression.reason:
        message, remedy = "the comment does not say why", "Write the reason after the ids of the rules"
        yield TextProblem("suppression-without-reason", *at, message, remedy)

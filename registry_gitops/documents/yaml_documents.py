"""The text of a file to its documents: by a fast reader if all readers agree about the text, else by a slow one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from registry_gitops.documents.classification import classify, without_sops
from registry_gitops.documents.document import SourceFile, YAMLDocument
from registry_gitops.documents.hazards import has_hazard
from registry_gitops.documents.problem import TextProblem

_BEFORE_DOCUMENT: Final = re.compile(r"\n(?=---(?:[ \t\r\n]|\Z))")
"""No scalar has such a line: a text can be cut here before it is read."""


class FileReading(NamedTuple):
    """The documents of a file, and what is wrong with its text."""

    source: SourceFile
    documents: list[YAMLDocument]
    problems: list[TextProblem]


def read_documents(source: SourceFile) -> list[YAMLDocument]:
    """Return the documents of a text that are not empty. Raises YAMLError if one of them cannot be read."""
    documents, problems = read_text(source)[1:]
    for problem in problems:
        if problem.rule_id != "duplicate-key":
            from registry_gitops.codec import YAMLError

            raise YAMLError(problem.message, problem.line, problem.column)
    return documents


def read_text(source: SourceFile) -> FileReading:
    """Return the documents of a text that are not empty. What cannot be read is a problem; the rest is read."""
    reading = FileReading(source, [], [])
    text, line = source.text, 1
    is_hazardous = has_hazard(text)
    for part in _split(text):
        value = _read(part, line, reading.problems, is_slow=is_hazardous and has_hazard(part))
        if value is not None:
            role = classify(source.name, part, value)
            reading.documents.append(YAMLDocument(source, part, line, without_sops(value), role))
        line += part.count("\n")
    return reading


def _split(text: str) -> list[str]:
    """Return the documents of a text, each with its end of line."""
    *first, last = _BEFORE_DOCUMENT.split(text)
    return [*(f"{part}\n" for part in first), last]


def _read(text: str, first_line: int, problems: list[TextProblem], *, is_slow: bool) -> Any:
    if _load and not is_slow:
        try:
            return _load(text)
        except ValueError:
            pass  # the other reader says what is wrong, and where
    return _read_slowly(text, first_line, problems)


def _read_slowly(text: str, first_line: int, problems: list[TextProblem]) -> Any:
    from registry_gitops.codec import GoYAMLError, compose_yaml

    try:
        root, found = compose_yaml(text)
    except GoYAMLError as error:
        if "{{" in text:
            return None  # a template of Helm, or of another tool, which makes YAML of it
        root, found = None, [error]
    problems += (
        TextProblem(each.rule_id, each.line + first_line - 1, each.column, each.message, each.remedy) for each in found
    )
    return root.value if root else None


def _fast_reader() -> Callable[[str], Any] | None:
    try:
        import yaml_rs
    except ImportError:  # there is no wheel for this platform
        return None

    def load(text: str) -> Any:
        return yaml_rs.loads(text, parse_datetime=False)

    return load


_load: Final = _fast_reader()

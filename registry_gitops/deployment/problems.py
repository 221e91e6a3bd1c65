"""pydantic's errors -> sentences that say what to write."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from registry_gitops.codec import Node
from registry_gitops.errors import Problem

# None of these repeats the value: it may be a password.
_SENTENCES = {
    "string_type": "must be text: put it in quotes",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false, without quotes",
    "list_type": "must be a list: begin each entry with '- '",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "missing": "is required",
    # The only union of models is a description's source.
    "union_tag_invalid": "needs a type: git, helm or oci",
    "union_tag_not_found": "needs a type: git, helm or oci",
}


def problems(error: ValidationError, file: str, node: Node | None = None) -> list[Problem]:
    """Every error of `error` as a Problem, in the order of the file; `node`, the file's text, gives line and column."""
    found: dict[object, Problem] = {}
    for detail in error.errors(include_url=False):
        path = _path(detail, node)
        of_key = detail["type"] == "unknown_key"
        line, column = node.position(path, of_key=of_key) if node else (None, None)
        # A union reports one error for each of its types; the first one for a place says enough.
        key = (path, None if len(path) < len(detail["loc"]) else detail["msg"])
        found.setdefault(key, Problem(_sentence(detail), file, line, column, _dotted(path)))
    return sorted(found.values(), key=lambda problem: (problem.line or 0, problem.column or 0))


def _path(detail: Any, node: Node | None) -> tuple[int | str, ...]:
    """The path as it stands in the file: pydantic also names the member of a union that it tried."""
    loc: tuple[int | str, ...] = detail["loc"]
    if node is None:
        return loc
    path: list[int | str] = []
    for index, step in enumerate(loc):
        absent = step not in node.children
        if absent and not (index == len(loc) - 1 and detail["type"] == "missing"):
            continue
        path.append(step)
        node = node.children.get(step, node)
    return tuple(path)


def _sentence(detail: Any) -> str:
    said: str = detail["msg"]
    return _SENTENCES.get(detail["type"]) or said.replace("Input should be", "must be").replace("Input should", "must")


def _dotted(path: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")

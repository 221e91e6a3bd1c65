"""Objects that are wrong in one place: each field of a right one removed, added, or changed."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

Path = tuple[str | int, ...]

_IDENTITY = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")}


def mutations(manifest: Any) -> Iterator[tuple[str, Any]]:
    """Yield objects with one change each, and a name of the change."""
    for path, value in list(_values(manifest)):
        if path in _IDENTITY:
            continue
        for name, new in _replacements(value):
            changed = deepcopy(manifest)
            parent = _parent(changed, path)
            if new is ...:
                del parent[path[-1]]
            else:
                parent[path[-1]] = new
            yield f"{_text(path)} {name}", changed


def _replacements(value: Any) -> Iterator[tuple[str, Any]]:
    yield "removed", ...
    yield "null", None
    if isinstance(value, bool):
        yield "text", "yes"
    elif isinstance(value, int):
        yield "negative", -1
        yield "large", 70_000
        yield "text", str(value)
    elif isinstance(value, str):
        yield "empty", ""
        yield "odd", "not valid!"
        yield "number", 7
        yield "list", [value]
    elif isinstance(value, list):
        yield "empty", []
        yield "twice", value + value
        yield "mapping", {"a": "b"}
    else:
        yield "unknown field", {**value, "unknownField": "x"}
        yield "empty", {}
        yield "text", "text"


def _values(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _values(child, (*path, key))


def _parent(value: Any, path: Path) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


def _text(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)

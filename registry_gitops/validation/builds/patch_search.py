"""Where a patch sets a value of the object that it changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from registry_gitops.documents import Path, YAMLDocument
from registry_gitops.repository import Patch, parse_pointer

_KEYS = ("name", "containerPort", "port", "mountPath", "key", "ip")
"""The keys by which items of lists are merged."""


class InPatch(NamedTuple):
    """A place in a patch."""

    document: YAMLDocument
    path: Path
    """Path in the document, and from there in the text of the patch, if it is written in another file."""
    is_exact: bool
    """Whether the value itself is there, and not what names or deletes it."""


def find_in_patch(patch: Patch, value: Any, path: Path, *, on_key: bool = False) -> InPatch | None:
    """Return where a patch sets the value at `path` of the object `value`, or deletes a part of it; else None."""
    if isinstance(patch.value, dict):
        steps = _in_merge(patch.value, value, path)
    elif isinstance(patch.value, list):
        steps = _in_operations(patch.value, path, on_key=on_key)
    else:
        steps = None
    if steps is None:
        return None
    return InPatch(patch.document, (*patch.path, *steps[0]), steps[1])


def _in_merge(patch: Any, value: Any, path: Path) -> tuple[Path, bool] | None:
    """Walk the path in a part of an object: items of lists stand at other places there."""
    place: list[str | int] = []
    for step in path:
        if isinstance(patch, dict) and step in patch:
            place.append(step)
            patch = patch[step]
        elif isinstance(patch, list) and isinstance(value, list) and isinstance(step, int) and step < len(value):
            index = _same_item(patch, value[step])
            if index is None:
                return None
            place.append(index)
            patch = patch[index]
        else:
            return None
        value = _child(value, step)
    if len(place) <= 1 and path:
        return None  # apiVersion, kind, and metadata only say which object it is.
    if patch == value or isinstance(patch, str | int | float | bool):
        return tuple(place), True
    deleted = next(_deleted(patch), None)
    return ((*place, *deleted), False) if deleted is not None else None


def _in_operations(operations: list[Any], path: Path, *, on_key: bool) -> tuple[Path, bool] | None:
    for index in reversed(range(len(operations))):
        operation = operations[index]
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            continue
        target = parse_pointer(operation["path"])
        if operation.get("op") == "remove":
            if target[:-1] == path:
                return (index, "path"), False
        elif _matches(target, path):
            rest = path[len(target) :]
            if on_key and not rest:
                return (index, "path"), False
            return ((index, "value", *rest), True) if _has(operation.get("value"), rest) else None
    return None


def _matches(target: Path, path: Path) -> bool:
    """Whether an operation sets the value at `path`, or one above it. `-` is the end of a list."""
    return len(target) <= len(path) and all(
        left == right or (left == "-" and isinstance(right, int)) for left, right in zip(target, path, strict=False)
    )


def _has(value: Any, path: Path) -> bool:
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return False
    return True


def _child(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (LookupError, TypeError):
        return None


def _same_item(items: list[Any], item: Any) -> int | None:
    """Return the index of an item of a list in a patch that is merged into another item."""
    for index, each in enumerate(items):
        if each == item:
            return index
        if isinstance(each, dict) and isinstance(item, dict):
            key = next((key for key in _KEYS if key in each), None)
            if key is not None and each[key] == item.get(key):
                return index
    return None


def _deleted(patch: Any) -> Iterator[Path]:
    """Yield what a part of an object deletes from the value that it is merged into."""
    if isinstance(patch, dict):
        for key, value in patch.items():
            if value is None or key == "$patch":
                yield (key,)

"""What kustomize does not accept as a patch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NEEDED: Final = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "remove": "path",
}
"""Operation of a JSON patch (RFC 6902) -> the key that it needs besides `path`."""


def value_problem(value: Any, *, has_target: bool) -> str:
    """Return why a document of a patch is none, or "" if it is a partial object or a list of operations."""
    if isinstance(value, list):
        return next(filter(None, map(_operation_problem, range(len(value)), value)), "")
    if isinstance(value, Mapping):
        return _object_problem(value, has_target=has_target)
    return "this is no patch: write a partial object, or a list of JSON patch operations (RFC 6902)"


def _operation_problem(index: int, operation: Any) -> str:
    if not isinstance(operation, Mapping) or str(operation.get("op")) not in _NEEDED:
        return f"entry {index} is no operation of a JSON patch: its op must be one of {', '.join(_NEEDED)}"
    op, path = str(operation["op"]), operation.get("path")
    if not isinstance(path, str) or not path.startswith("/"):
        return f'the path of entry {index} must begin with "/", such as /spec/interval'
    if _NEEDED[op] not in operation:
        return f"entry {index} needs {_NEEDED[op]}, because its op is {op}"
    return ""


def _object_problem(value: Mapping[Any, Any], *, has_target: bool) -> str:
    metadata = value.get("metadata")
    has_name = isinstance(metadata, Mapping) and metadata.get("name")
    needed = {"apiVersion": has_target or value.get("apiVersion"), "kind": value.get("kind"), "metadata.name": has_name}
    missing = [key for key, found in needed.items() if not found]
    return f"a patch that is a partial object needs {' and '.join(missing)}" if missing else ""

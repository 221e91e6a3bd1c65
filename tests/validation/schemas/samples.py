"""Objects that satisfy the schema of their kind, made from the schema, and mutations of them."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from registry_gitops.validation import KUBERNETES_VERSIONS
from registry_gitops.validation.schemas import SchemaStore, archive

Schema = dict[str, Any]
Value = dict[str, Any]
Path = tuple[str | int, ...]

TEXTS = ("a", "5m", "1", "*", "https://example.com/a", "oci://example.com/a", "2026-01-01T00:00:00Z", "sha256", "a.b/c")
"""What is tried for a string with a pattern."""
DEPTH = 7
"""The fields below this depth are left out."""


def carried_kinds(version: str = KUBERNETES_VERSIONS[-1]) -> list[tuple[str, str]]:
    """Return apiVersion and kind of each schema that we carry for a version of Kubernetes."""
    names = sorted(set(archive.group_archives().values()))
    lines = (line for name in names for line in archive.unpack(name, version) if " " in line)
    return [(api_version, kind) for api_version, _, kind in (line.partition(" ") for line in lines)]


class Samples:
    """Makes objects of one kind. The same seed makes the same objects."""

    def __init__(self, store: SchemaStore, api_version: str, kind: str) -> None:
        found = store.find(api_version, kind)
        assert found is not None
        self.schema = found.schema
        self.random = random.Random(f"{api_version} {kind}")
        self.full: Value = self._without_errors(self._value(self.schema, 0))

    def mutations(self, count: int) -> Iterator[tuple[str, Value]]:
        """Yield the full object, and mutations of it, each with its name."""
        yield "none", self.full
        paths = list(_paths(self.full))
        for name, mutate in MUTATIONS.items():
            for path in self.random.sample(paths, min(count, len(paths))):
                value = copy.deepcopy(self.full)
                mutate(value, path)
                yield name, value

    def _value(self, part: Schema, depth: int) -> Any:
        if "$ref" in part:
            part = self.schema["definitions"][part["$ref"].rpartition("/")[2]]
        if "enum" in part:
            return part["enum"][0]
        if "anyOf" in part and "type" not in part:
            return self._value(part["anyOf"][0], depth)
        form = part.get("type", "object")
        form = form[0] if isinstance(form, list) else form
        if form == "object":
            return self._object(part, depth)
        if form == "array":
            items = self._value(part.get("items", {}), depth + 1)
            return [items] if items is not None else []
        if form == "boolean":
            return True
        if form in ("integer", "number"):
            return max(1, part.get("minimum", 1))
        return next((text for text in TEXTS if self._fits(part, text)), None)

    def _object(self, part: Schema, depth: int) -> Value:
        found: Value = {}
        required = part.get("required", ())
        for name, child in part.get("properties", {}).items():
            if name in required or depth < DEPTH:
                value = self._value(child, depth + 1)
                if value is not None:
                    found[name] = value
        more = part.get("additionalProperties")
        if isinstance(more, dict) and depth < DEPTH:
            found["a"] = self._value(more, depth + 1)
        return found

    def _fits(self, part: Schema, text: str) -> bool:
        return jsonschema_rs.is_valid({"$schema": self.schema["$schema"], **part}, text)

    def _without_errors(self, value: Value) -> Value:
        """Return a value without the fields that are refused: one of several forms may exclude another one."""
        validator = jsonschema_rs.validator_for(self.schema)
        for _ in range(20):
            paths = [tuple(error.instance_path) for error in validator.iter_errors(value)]
            if not any(paths):
                break
            _remove(value, max(paths, key=len))
        return value


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path and path[0] not in ("apiVersion", "kind"):
        yield path
    if isinstance(value, (dict, list)):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(child, (*path, key))


def _parent(value: Any, path: Path) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


def _replace(new: Any) -> Any:
    def mutate(value: Value, path: Path) -> None:
        _parent(value, path)[path[-1]] = new

    return mutate


def _remove(value: Value, path: Path) -> None:
    del _parent(value, path)[path[-1]]


def _add(value: Value, path: Path) -> None:
    parent = _parent(value, path)
    (parent if isinstance(parent, dict) else value)["unknownField"] = 1


def _sops(value: Value, path: Path) -> None:
    value["sops"] = {"mac": "ENC[a]", "version": "3.9.0"}


MUTATIONS = {
    "a string": _replace("no such value"),
    "an integer": _replace(-7),
    "a large integer": _replace(2**40),
    "a boolean": _replace(False),
    "a list": _replace([1]),
    "a mapping": _replace({"unknownField": 1}),
    "removed": _remove,
    "unknown field": _add,
    "null": _replace(None),
    "variable": _replace("${VARIABLE}"),
    "encrypted": _replace("ENC[AES256_GCM,data:AAAA,type:str]"),
    "sops": _sops,
}

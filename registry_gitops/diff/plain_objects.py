"""Objects as plain data, and how they are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from registry_gitops.documents import SourceFile, read_documents

PlainObject: TypeAlias = Mapping[str, Any]
"""An object of Kubernetes as plain data."""


class ObjectKey(NamedTuple):
    """What tells one object of a cluster from all others; the version of its API does not."""

    group: str
    kind: str
    namespace: str
    name: str


def key_of(plain: PlainObject) -> ObjectKey:
    """Return the key of an object."""
    group, slash, _ = plain["apiVersion"].partition("/")
    metadata = plain["metadata"]
    return ObjectKey(group if slash else "", plain["kind"], metadata.get("namespace") or "", metadata["name"])


def read_objects(text: str, name: str) -> Iterator[PlainObject]:
    """Yield the objects of a YAML text, also those of a List. `name` is that of the text. Raises YAMLError."""
    for document in read_documents(SourceFile(name, text)):
        yield from _objects(document.value)


def _objects(value: Any) -> Iterator[PlainObject]:
    if not isinstance(value, dict):
        return
    if value.get("kind") == "List" and isinstance(value.get("items"), list):
        for item in value["items"]:
            yield from _objects(item)
        return
    metadata = value.get("metadata")
    is_named = isinstance(metadata, dict) and isinstance(metadata.get("name"), str)
    if is_named and isinstance(value.get("kind"), str) and isinstance(value.get("apiVersion"), str):
        yield value


def look_up(plain: Any, *path: str, default: Any = None) -> Any:
    """Return the value at a path of keys; `default` if there is none, or if it is null."""
    for key in path:
        plain = plain.get(key) if isinstance(plain, Mapping) else None
    return default if plain is None else plain

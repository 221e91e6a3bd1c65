"""Lists whose items are told apart by keys, such as env by name: which of their items have the same keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from registry_gitops.documents import Path, Problem, is_decided_later

Schema = dict[str, Any]


@dataclass(frozen=True)
class KeyedLists:
    """Where a value has lists with keys, and the keys of the value itself if it is such a list."""

    keys: tuple[tuple[str, Any], ...] = ()
    """The fields that tell the items apart, each with its default."""
    is_set: bool = False
    """Whether the items are scalars, each of which is there once."""
    items: KeyedLists | None = None
    fields: tuple[tuple[str, KeyedLists], ...] = ()

    def find_duplicates(self, value: Any, path: Path = ()) -> Iterator[Problem]:
        """Yield each item that has the keys of an earlier one."""
        if isinstance(value, dict):
            for name, lists in self.fields:
                child = value.get(name)
                if child:
                    yield from lists.find_duplicates(child, (*path, name))
        elif isinstance(value, list):
            if len(value) > 1 and (self.keys or self.is_set):
                yield from self._repeated(value, path)
            if self.items:
                for index, item in enumerate(value):
                    yield from self.items.find_duplicates(item, (*path, index))

    def _repeated(self, items: list[Any], path: Path) -> Iterator[Problem]:
        first: dict[tuple[Any, ...], int] = {}
        for index, item in enumerate(items):
            identity = self._identity(item)
            if identity is None:
                continue
            if (before := first.setdefault(identity, index)) != index:
                names = " and ".join(name for name, _ in self.keys)
                same = f"have the same {names}" if names else "are the same"
                yield Problem((*path, index), f"items {before} and {index} of this list {same}", "remove one of them")

    def _identity(self, item: Any) -> tuple[Any, ...] | None:
        """Return the keys of an item, or None if one is not a scalar, is not there, or is decided later."""
        if self.is_set:
            values: tuple[Any, ...] = (item,)
        elif isinstance(item, dict):
            values = tuple(item.get(name, default) for name, default in self.keys)
        else:
            return None
        are_scalars = all(isinstance(value, (str, int, float)) and not is_decided_later(value) for value in values)
        return values if are_scalars else None


def find_keyed_lists(schema: Schema) -> KeyedLists | None:
    """Return where an object of a kind has lists with keys; None if it has none."""
    return _Search(schema.get("definitions", {})).lists_of(schema)


class _Search:
    """Reads each definition once: a Pod has most of them in many places."""

    def __init__(self, definitions: dict[str, Schema]) -> None:
        self._definitions = definitions
        self._found: dict[str, KeyedLists | None] = {}

    def lists_of(self, part: Schema) -> KeyedLists | None:
        """Return where a value of a part of the schema has lists with keys."""
        name = part.get("$ref", "").rpartition("/")[2]
        if not name:
            return self._read(part)
        if name not in self._found:
            self._found[name] = None  # for a schema of a schema, in CustomResourceDefinition
            self._found[name] = self._read(self._definitions[name])
        return self._found[name]

    def _read(self, part: Schema) -> KeyedLists | None:
        items = part.get("items")
        items = items if isinstance(items, dict) else {}
        of_items = self.lists_of(items) if items else None
        properties = part.get("properties", {}).items()
        children = ((name, self.lists_of(child)) for name, child in properties if isinstance(child, dict))
        fields = tuple((name, child) for name, child in children if child)
        form = part.get("x-kubernetes-list-type")
        names = part.get("x-kubernetes-list-map-keys", ()) if form == "map" else ()
        item_fields = self._definitions.get(items.get("$ref", "").rpartition("/")[2], items).get("properties", {})
        keys = tuple((name, item_fields.get(name, {}).get("default")) for name in names)
        return (
            KeyedLists(keys, form == "set", of_items, fields) if keys or form == "set" or of_items or fields else None
        )

"""The keys of the input, each with its place in a file, so that what becomes of each of them can be told.

A tree has the shape of the data: mappings, lists of mappings, and an `InputKey` for each other value. Trees of several
files can be merged, as Helm merges values: each key then still knows where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from registry_gitops.documents import Path, YAMLDocument
from registry_gitops.masking import show_key


@dataclass(eq=False, slots=True)
class InputKey:
    """A key of the input whose value is a scalar, a list of scalars, or empty."""

    document: YAMLDocument
    path: Path
    """Where it stands in its document; it can lead into a text that is YAML itself."""

    value: Any
    """Plain data; None removes the key from what it is merged over."""

    @property
    def location(self) -> tuple[str, int, int]:
        """File, line, and column of the key."""
        return (self.document.source.name, *self.document.position(self.path, on_key=True))

    @property
    def covered(self) -> tuple[str, ...]:
        """The key, or the entries of its list, as text from the root of the document."""
        return tuple(format_path(path) for path in _paths(self.value, self.path))


KeyTree = dict[str | int, "KeyTree | InputKey"]
"""Key, or index of a list -> what is below it."""


class KeyList(KeyTree):
    """The tree of a list: index -> entry."""


def read_tree(document: YAMLDocument, path: Path = (), value: Any = None) -> KeyTree:
    """Return the tree of a mapping of a document, `value` if it stands at `path`, by default the whole document."""
    mapping = document.value if value is None else value
    return {str(key): _read(document, (*path, str(key)), item) for key, item in mapping.items()}


def _read(document: YAMLDocument, path: Path, value: Any) -> KeyTree | InputKey:
    if value and isinstance(value, Mapping):
        return read_tree(document, path, value)
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        return KeyList((index, _read(document, (*path, index), item)) for index, item in enumerate(value))
    return InputKey(document, path, value)


def leaves(tree: KeyTree | InputKey) -> Iterator[InputKey]:
    """Yield every key of a tree, in its order."""
    return (key for key, _ in leaves_with_path(tree))


def leaves_with_path(tree: KeyTree | InputKey, path: Path = ()) -> Iterator[tuple[InputKey, Path]]:
    """Yield every key of a tree, in its order, and its path from the root of the tree."""
    if isinstance(tree, InputKey):
        yield tree, path
        return
    for step, item in tree.items():
        yield from leaves_with_path(item, (*path, step))


def plain(tree: KeyTree | InputKey) -> Any:
    """Return the data of a tree without the places: fresh mappings and lists, in its order."""
    if isinstance(tree, InputKey):
        return tree.value
    if isinstance(tree, KeyList):
        return [plain(item) for item in tree.values()]
    return {key: plain(item) for key, item in tree.items()}


def find(tree: KeyTree | InputKey, path: Path) -> KeyTree | InputKey | None:
    """Return what a tree has at `path`, or None. An entry of a list of scalars is the whole list."""
    found = tree
    for step in path:
        if isinstance(found, InputKey):
            return found if isinstance(found.value, list) and isinstance(step, int) else None
        if step not in found:
            return None
        found = found[step]
    return found


def plant(tree: KeyTree, path: Path, item: KeyTree | InputKey) -> list[tuple[InputKey, InputKey]]:
    """Put `item` into a tree at `path`, over what is there. Return what `merge` returns about keys without effect."""
    *sections, last = path
    branch: KeyTree = {last: item}
    for section in reversed(sections):
        branch = {section: branch}
    merged, overridden = merge(tree, branch)
    tree.update(merged)
    return overridden


def without(tree: KeyTree, path: Path) -> KeyTree:
    """Return a tree without what is at `path`."""
    first, *rest = path
    below = tree.get(first)
    if rest and isinstance(below, dict):
        return {**tree, first: without(below, tuple(rest))}
    return {key: item for key, item in tree.items() if key != first}


def merge(below: KeyTree, above: KeyTree) -> tuple[KeyTree, list[tuple[InputKey, InputKey]]]:
    """Return `above` merged over `below`, as Helm does, and each key without effect with the one that overrides it.

    Mappings are merged key by key, so an empty one changes nothing; anything else replaces what was there, and null
    removes it.
    """
    merged, overridden = dict(below), list[tuple[InputKey, InputKey]]()
    for key, item in above.items():
        old = merged.get(key)
        if is_section(old) and is_section(item):
            merged[key], inner = merge(old, item)
            overridden += inner
            continue
        if is_section(old) and isinstance(item, InputKey) and item.value == {}:
            overridden.append((item, next(leaves(old))))
            continue
        if old is not None:
            by = next(leaves(item))
            overridden += ((each, by) for each in leaves(old))
        merged[key] = item
    return merged, overridden


def is_section(item: KeyTree | InputKey | None) -> TypeGuard[KeyTree]:
    """Return whether a part of a tree is a mapping that is not empty."""
    return isinstance(item, dict) and not isinstance(item, KeyList)


def format_path(path: Path) -> str:
    """Return a path as people write it: spec.values.tolerations[0].key."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{show_key(step)}" for step in path).lstrip(".")


def _paths(value: Any, path: Path) -> Iterator[Path]:
    """Yield the paths of all values below a path that are no collections, or empty ones."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    if not value or not isinstance(value, Mapping | list):
        yield path
    for step, item in items:
        yield from _paths(item, (*path, step if isinstance(step, int) else str(step)))

"""The text of a YAML config file over those of the files that it extends: one tree whose values know their places."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from registry_gitops.codec import Node, YAMLError, load_yaml
from registry_gitops.errors import InputError
from registry_gitops.findings import Location
from registry_gitops.masking import quote

EXTENDS: Final = "extends"
"""The key with the path of the config file that this one extends."""

_CONFLICT: Final = re.compile(r"^<{7} ", re.MULTILINE)
"""How Git marks the beginning of what it could not merge."""

_MAX_SIZE: Final = 4 * 2**20
"""Largest size of a config file in bytes, because a device such as /dev/zero has no end."""


def merge_over(node: Node, base: Node) -> Node:
    """Return a value over `base`: a mapping is merged key by key, at any depth; any other value replaces it.

    A null takes away the key of `base`, and with the last one the mapping that it is in. Where `base` has no such key,
    it stays.
    """
    if not (isinstance(node.value, dict) and isinstance(base.value, dict)):
        return node
    children = dict(base.children)
    for key, child in node.children.items():
        below = children.pop(key, None)
        merged = child if below is None else _merge(child, below)
        if merged is not None:
            children[key] = merged
    keys = {**base.keys, **node.keys}
    return _with_children(node, {key: children[key] for key in keys if key in children}, keys)


def _merge(child: Node, below: Node) -> Node | None:
    """Return a value over one that a base has; None if that leaves nothing."""
    if child.value is None:
        return None
    merged = merge_over(child, below)
    return None if merged.value == {} and below.value else merged


def _with_children(
    node: Node, children: Mapping[str | int, Node], keys: Mapping[str, tuple[int, int]] | None = None
) -> Node:
    """Return a mapping with other entries, and with the positions of their keys if these are not in it."""
    value = {key: child.value for key, child in children.items()}
    return replace(node, value=value, children=dict(children), keys=dict(keys or node.keys))


def _without(node: Node, name: str) -> Node:
    """Return a mapping without a key."""
    return _with_children(node, {key: child for key, child in node.children.items() if key != name})


def list_places(node: Node, key: str = "") -> Iterator[tuple[str, Location]]:
    """Yield the key and the place of each value at or below `key`; a list is one value.

    Keys are dotted, such as values.persistence.size.
    """
    for step in filter(None, key.split(".")):
        if step not in node.children:
            return
        node = node.children[step]
    yield from _list_leaves(node, key)


def _list_leaves(node: Node, key: str) -> Iterator[tuple[str, Location]]:
    if not node.keys:
        yield key, Location(node.file, node.line, node.column)
    for step, child in node.children.items() if node.keys else ():
        yield from _list_leaves(child, f"{key}.{step}".lstrip("."))


@dataclass(frozen=True)
class ConfigText:
    """The content of a YAML config file, merged over what it extends."""

    node: Node
    sources: Mapping[Path, bytes]
    """The files that were read, the config file first."""


def read_config(path: Path, bases: dict[Path, ConfigText] | None = None) -> ConfigText:
    """Return the content of a YAML config file. `bases` is for many: it keeps what they extend, which is read once.

    Raises InputError, with its place, for a file that cannot be read, and for an `extends` that leads nowhere.
    """
    return _read_config(path, (), {} if bases is None else bases)


def _read_config(path: Path, extending: tuple[Path, ...], bases: dict[Path, ConfigText]) -> ConfigText:
    content = _read_bytes(path)
    node = _parse(_decode(path, content), str(path))
    base = node.children.get(EXTENDS) if isinstance(node.value, dict) else None
    if base is None:
        return ConfigText(node, {path: content})
    chain = (*extending, path)
    base_path = _base_path(base, chain)
    if base_path not in bases:
        bases[base_path] = _read_config(base_path, chain, bases)
    below = bases[base_path]
    # A base that is no mapping is what is wrong, whatever extends it.
    merged = _over(_without(node, EXTENDS), below.node) if isinstance(below.node.value, dict) else below.node
    return ConfigText(merged, {path: content, **below.sources})


def _base_path(base: Node, chain: tuple[Path, ...]) -> Path:
    """Return the path of the file that the last file of a chain extends."""
    if not isinstance(base.value, str) or not base.value or Path(base.value).is_absolute():
        raise _wrong(base, "must be the path of another config file from here, such as ../base/registry.yaml")
    path = Path(os.path.normpath(chain[-1].parent / base.value))
    shown = quote(base.value)
    if path.suffix == ".py":
        raise _wrong(base, f"{shown} is a program: extend it from a registry.py, by derive()")
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # ValueError: a NUL byte
        raise _wrong(base, f"no such file: {shown}") from None
    if stat.S_ISDIR(mode):
        raise _wrong(base, f"{shown} is a directory: name the file, such as registry.yaml in it")
    if any(path.samefile(each) for each in chain):
        raise _wrong(base, f"extends itself: {' -> '.join(map(str, (*chain, path)))}")
    return path


def _wrong(base: Node, message: str) -> InputError:
    return InputError.single(message, base.file, base.line, base.column, key=EXTENDS)


def _over(node: Node, base: Node) -> Node:
    """Return a config file over its base, as `derive` merges changes over a deployment.

    A source of another type replaces that of the base, and the name of a namespace is a mapping with that name.
    """
    source, namespace = (node.children.get(key) for key in ("source", "namespace"))
    if source and "type" in source.children and _source_type(source) != _source_type(base.children.get("source")):
        base = _without(base, "source")
    name = base.children.get("namespace")
    if name and namespace and isinstance(name.value, str) and isinstance(namespace.value, dict):
        mapping = _with_children(name, {"name": name}, {"name": (name.line, name.column)})
        base = _with_children(base, {**base.children, "namespace": mapping})
    return merge_over(node, base)


def _source_type(source: Node | None) -> Any:
    kind = source.children.get("type") if source else None
    return kind.value if kind else "git"


def read_config_text(path: Path) -> str:
    """Return the text of a config file. Raises InputError."""
    return _decode(path, _read_bytes(path))


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_SIZE + 1)
    except FileNotFoundError:
        raise InputError.single("no such file: `registry-gitops init` writes one", path) from None
    except IsADirectoryError:
        raise InputError.single("is a directory: name the file, such as registry.yaml in it", path) from None
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", path) from None
    except ValueError as error:  # a NUL byte
        raise InputError.single(f"not the path of a file: {error}", path) from None
    if len(raw) > _MAX_SIZE:
        raise InputError.single("is larger than 4Mi: this is no config file", path)
    return raw


def _decode(path: Path, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(path, raw, error.start) from None
    if "\0" in text:
        raise _no_text(path, raw, raw.index(b"\0"))
    return text


def _no_text(path: Path, raw: bytes, at: int) -> InputError:
    line, column = raw.count(b"\n", 0, at) + 1, at - raw.rfind(b"\n", 0, at)
    return InputError.single("not a text file in UTF-8", path, line, column)


def _parse(text: str, file: str) -> Node:
    try:
        return load_yaml(text, words_below="rules", file=file)
    except YAMLError as error:
        line, column, message = error.line, error.column, error.message
        if conflict := _CONFLICT.search(text):
            line, column = text.count("\n", 0, conflict.start()) + 1, 1
            message = "Git left a merge conflict here: resolve it, and remove the lines with its markers"
        raise InputError.single(message, file, line, column, finding_id="syntax-error") from None

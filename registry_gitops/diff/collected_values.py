"""The values of a HelmRelease, with those of ConfigMaps and Secrets that stand in the repository (`valuesFrom`)."""

from __future__ import annotations

import base64
import binascii
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from registry_gitops.codec import YAMLError
from registry_gitops.diff.plain_objects import PlainObject, look_up, read_objects
from registry_gitops.documents import SourceFile, read_documents

_KEY: Final = "values.yaml"
"""Where the values are, unless `valuesKey` says another key."""
_SUFFIXES: Final = (".yaml", ".yml")


class CollectedValues(NamedTuple):
    """The values of a release."""

    values: Mapping[str, Any]
    secrets: frozenset[str] = frozenset()
    """The texts and numbers that come from Secrets."""
    unknown: tuple[str, ...] = ()
    """Kind and name of each ConfigMap and Secret that is not in the repository, or encrypted there."""


def collect_values(release: PlainObject, objects: Iterable[PlainObject], nearby: Mapping[str, str]) -> CollectedValues:
    """Return the values of a HelmRelease, as Flux merges them.

    `objects` are those that Flux applies with it. `nearby` are other files, path -> text, which can have more.
    """
    entries = look_up(release, "spec", "valuesFrom", default=())
    merged, secrets, unknown = dict[str, Any](), set[str](), list[str]()
    for entry in entries:
        wanted = (str(entry.get("kind")), str(entry.get("name")))
        namespace = look_up(release, "metadata", "namespace")
        source = _find(wanted, namespace, objects) or _find(wanted, namespace, _read_nearby(nearby, wanted[1]))
        values = None if source is None else _read_values(source, entry)
        if values is None:
            unknown.append("/".join(wanted))
            continue
        merged = _merge(merged, values)
        secrets |= {*_list_texts(values)} if wanted[0] == "Secret" else set()
    own: Mapping[str, Any] = look_up(release, "spec", "values", default={})
    return CollectedValues(_merge(merged, own) if merged else own, frozenset(secrets), tuple(dict.fromkeys(unknown)))


def _find(wanted: tuple[str, str], namespace: str | None, objects: Iterable[PlainObject]) -> PlainObject | None:
    for plain in objects:
        metadata = plain["metadata"]
        is_there = namespace is None or metadata.get("namespace") in (None, namespace)
        if (plain["kind"], metadata["name"]) == wanted and is_there:
            return plain
    return None


def _read_nearby(files: Mapping[str, str], name: str) -> Iterator[PlainObject]:
    """Yield the objects of the files that have a name in them. A file that is no YAML is left out."""
    for path, text in files.items():
        if name in text and posixpath.splitext(path)[1] in _SUFFIXES:
            try:
                yield from read_objects(text, path)
            except YAMLError:
                continue


def _read_values(source: PlainObject, entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the values that an entry of `valuesFrom` takes from an object; None if they are not known."""
    text = None if "sops" in source else _read_text(source, str(entry.get("valuesKey") or _KEY))
    path = entry.get("targetPath")
    if text is None or (path and any(mark in path for mark in "[]\\")):
        return None
    if path:
        return _nest(path.split("."), _parse(text) if not text.strip("0123456789") or text in _LITERALS else text)
    parsed = _parse(text)
    return parsed if isinstance(parsed, Mapping) else None


_LITERALS: Final = ("true", "false", "null")


def _read_text(source: PlainObject, key: str) -> str | None:
    """Return the text at a key of a ConfigMap or a Secret."""
    plain = look_up(source, "stringData", key) if source["kind"] == "Secret" else look_up(source, "data", key)
    if plain is not None or source["kind"] != "Secret":
        return None if plain is None else str(plain)
    try:
        return base64.b64decode(str(look_up(source, "data", key, default="!")), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _parse(text: str) -> Any:
    try:
        return next((document.value for document in read_documents(SourceFile(_KEY, text))), None)
    except YAMLError:
        return None


def _nest(keys: list[str], value: Any) -> dict[str, Any]:
    return {keys[0]: _nest(keys[1:], value) if len(keys) > 1 else value}


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return two mappings as one, as Helm merges values: mappings key by key, all else replaced."""
    merged = dict(under)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _list_texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)

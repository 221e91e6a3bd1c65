"""Patches: of a kustomization file, or of a Kustomization of Flux."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry_gitops.documents import Manifest, Path, YAMLDocument


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One patch: where it is written, what it selects, and what it says."""

    document: YAMLDocument
    """The document that has the patch: that of the file, or the one with the text of the patch in it."""

    path: Path
    """Path of the text of the patch in `document`; () if the document is the patch."""

    text: str

    value: Any
    """Plain data: a part of an object, or a list of operations (RFC 6902)."""

    target: Mapping[str, Any]
    """Fields that select objects; without any, the patch itself names its object."""

    def selects(self, manifest: Manifest, labels: Mapping[str, object] | None = None) -> bool:
        """Whether the patch changes an object with these labels. Namespaces are not compared: if in doubt, it does."""
        if self.target:
            selector = self.target.get("labelSelector")
            if labels is not None and isinstance(selector, str) and not _accepts(selector, labels):
                return False
            wanted = {
                "group": manifest.group,
                "version": manifest.api_version.rpartition("/")[2],
                "kind": manifest.kind,
                "name": manifest.name,
            }
            return all(_matches(self.target.get(key), value) for key, value in wanted.items())
        if not isinstance(self.value, dict):
            return False
        metadata = self.value.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        return self.value.get("kind") == manifest.kind and name == manifest.name


def changed_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths that a patch sets: the leaves of a part of an object, or the paths of its operations."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from changed_paths(each, (*path, key))
        if not value:
            yield path
    elif isinstance(value, list) and not path:
        for operation in value:
            if isinstance(operation, dict) and isinstance(operation.get("path"), str):
                yield parse_pointer(operation["path"])
    else:
        yield path


def parse_pointer(text: str) -> Path:
    """Return the path that a JSON pointer (RFC 6901) names."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]
    return tuple(int(step) if step.isdecimal() else step for step in steps)


def _accepts(selector: str, labels: Mapping[str, object]) -> bool:
    """Whether labels can be what a selector selects. One with sets is taken for a match."""
    if "(" in selector:
        return True
    for requirement in selector.split(","):
        key, is_unequal, value = (part.strip() for part in requirement.replace("==", "=").partition("!="))
        if is_unequal:
            if key and labels.get(key) == value:
                return False
        elif key.startswith("!"):
            if key[1:].strip() in labels:
                return False
        else:
            key, is_equal, value = (part.strip() for part in key.partition("="))
            if key not in labels or (is_equal and labels[key] != value):
                return False
    return True


def _matches(pattern: object, value: str) -> bool:
    if not isinstance(pattern, str) or not pattern:
        return True
    if pattern == value:
        return True
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True

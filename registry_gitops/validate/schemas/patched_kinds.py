"""The kinds that patches in sight change: what such an object does not have, a patch can add."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Role, SourceFile, read_documents
from registry_gitops.repository import FluxRepository

ANY: Final = "*"


def find_patched_kinds(repository: FluxRepository) -> frozenset[str]:
    """Return the kinds that a patch of the run selects or is of; ANY if one can select each of them."""
    return frozenset(_patched_kinds(repository))


def is_patched(kind: str, patched: frozenset[str]) -> bool:
    """Whether a patch can change objects of a kind."""
    return ANY in patched or kind in patched


def _patched_kinds(repository: FluxRepository) -> Iterator[str]:
    for document in repository.documents:
        value = document.value
        if not isinstance(value, dict):
            continue
        if document.role is Role.PATCH:
            yield _text(value.get("kind")) or ANY
        elif document.role is Role.KUSTOMIZATION:
            yield from _of_patches(value)
            for replacement in _items(value, "replacements"):
                yield from map(_kind_of, _items(replacement, "targets"))
    for kustomization in repository.of_kind("Kustomization.kustomize.toolkit.fluxcd.io"):
        yield from _of_patches(kustomization.mapping("spec"))


def _of_patches(spec: dict[str, Any]) -> Iterator[str]:
    for patch in (*_items(spec, "patches"), *_items(spec, "patchesJson6902")):
        yield from [_kind_of(patch)] if patch.get("target") else _of_text(patch.get("patch"))
    for patch in spec.get("patchesStrategicMerge") or ():
        yield from _of_text(patch)


def _kind_of(selection: dict[str, Any]) -> str:
    target = selection.get("target") or selection.get("select")
    return _text(target.get("kind")) or ANY if isinstance(target, dict) else ANY


def _of_text(text: Any) -> Iterator[str]:
    """Yield the kinds of the objects in a patch; a name of a file is a document of its own."""
    if not isinstance(text, str) or "\n" not in text:
        return
    try:
        documents = list(read_documents(SourceFile("", text)))
    except ValueError:
        return
    yield from (_text(each.value.get("kind")) or ANY for each in documents if isinstance(each.value, dict))


def _items(value: dict[str, Any], key: str) -> list[dict[str, Any]]:
    items = value.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

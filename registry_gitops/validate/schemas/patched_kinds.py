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
    for instance in repository.of_kind("FluxInstance.fluxcd.controlplane.io"):
        yield from _of_patches(instance.mapping("spec", "kustomize"))


def _of_patches(spec: dict[str, Any]) -> Iterator[str]:
    for patch in (*_items(spec, "patches"), *_items(spec, "patchesJson6902")):
        yield from _of_patch(patch)
    for text in spec.get("patchesStrategicMerge") or ():
        yield from _of_patch({"patch": text})


def _of_patch(patch: dict[str, Any]) -> Iterator[str]:
    """Yield the kinds that a patch changes, and those that a patch inside of it does.

    The Kustomization of a cluster often patches more patches into all others. A patch of a file is a document itself.
    """
    values = _read(patch.get("patch"))
    if patch.get("target"):
        yield _kind_of(patch)
    else:
        yield from (_text(value.get("kind")) or ANY for value in values if isinstance(value, dict))
    yield from (kind for value in values for inner in _patches_in(value) for kind in _of_patch(inner))


def _patches_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and isinstance(value.get("patch"), str):
        yield value
    elif isinstance(value, (dict, list)):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _patches_in(child)


def _kind_of(selection: dict[str, Any]) -> str:
    target = selection.get("target") or selection.get("select")
    return _text(target.get("kind")) or ANY if isinstance(target, dict) else ANY


def _read(text: Any) -> list[Any]:
    """Return the data of a patch that is written in place, or nothing if it is the name of a file."""
    if not isinstance(text, str) or "\n" not in text:
        return []
    try:
        return [document.value for document in read_documents(SourceFile("", text))]
    except ValueError:
        return []


def _items(value: dict[str, Any], key: str) -> list[dict[str, Any]]:
    items = value.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

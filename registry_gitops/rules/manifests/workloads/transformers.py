"""What a kustomization changes in objects that stand elsewhere, so that their text is not what the cluster gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from registry_gitops.documents import Manifest, Role
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.pods import items

_REPLACED: WeakKeyDictionary[FluxRepository, frozenset[str]] = WeakKeyDictionary()


def replaced_images(repository: FluxRepository) -> frozenset[str]:
    """Return the repositories of images that a kustomization, or a Flux Kustomization, gives another tag."""
    if repository not in _REPLACED:
        sources = (document.value for document in repository.documents if document.role is Role.KUSTOMIZATION)
        of_flux = (each.mapping("spec") for each in repository.of_kind("Kustomization.kustomize.toolkit.fluxcd.io"))
        _REPLACED[repository] = frozenset(name for each in (*sources, *of_flux) for name in _names(each))
    return _REPLACED[repository]


def _names(kustomization: Any) -> Iterator[str]:
    if isinstance(kustomization, Mapping):
        yield from (str(image.get("name")) for _, image in items(kustomization.get("images")))


def has_patch(repository: FluxRepository, manifest: Manifest) -> bool:
    """Return whether a patch changes an object on its way to the cluster, so that it has more than its text."""
    return next(repository.patches_for(manifest), None) is not None

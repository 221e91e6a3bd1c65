"""Fields that a kustomization, or a Kustomization of Flux, changes on the way to the cluster."""

from __future__ import annotations

from registry_gitops.documents import Manifest
from registry_gitops.repository import FluxRepository, changed_paths


def is_field_patched(manifest: Manifest, repository: FluxRepository, *path: str | int) -> bool:
    """Return whether a patch in sight changes a field of an object, or a part of it, or what it is in."""
    return any(
        changed[: len(path)] == path[: len(changed)]
        for patch in repository.patches_for(manifest)
        for changed in changed_paths(patch.value)
    )

"""The Kustomizations of Flux that bring an object to the cluster."""

from __future__ import annotations

from registry_gitops.documents import Manifest
from registry_gitops.repository import Applier, FluxKustomization, FluxRepository, file_of


def flux_appliers(manifest: Manifest, repository: FluxRepository) -> list[FluxKustomization]:
    """Return the Kustomizations of Flux, in sight, that apply an object: one for each cluster that has it."""
    if repository.root is None:
        return []
    appliers = repository.graph.all_appliers(file_of(manifest))
    return [applier for applier in appliers if isinstance(applier, FluxKustomization)]


def is_patched_somewhere(repository: FluxRepository, word: str) -> bool:
    """Return whether a patch anywhere has a word, such as decryption: it may reach each Kustomization of Flux."""
    graph = repository.graph
    appliers: list[Applier] = [*graph.files, *graph.flux_kustomizations]
    return any(word in patch.text for applier in appliers for patch in graph.patches_of(applier))

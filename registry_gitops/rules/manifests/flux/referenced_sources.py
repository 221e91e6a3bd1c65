"""The sources that an object of Flux names."""

from __future__ import annotations

from registry_gitops.documents import Manifest, is_decided_later
from registry_gitops.repository import FluxRepository


def referenced_sources(manifest: Manifest, repository: FluxRepository, *reference: str | int) -> list[Manifest]:
    """Return the sources in sight that the reference at a path names, or can name: one for each cluster that has it."""
    kind, name, namespace = (manifest.get(*reference, key) for key in ("kind", "name", "namespace"))
    if not isinstance(kind, str) or not isinstance(name, str):
        return []
    if not isinstance(namespace, str):
        namespace = repository.namespace_of(manifest)
    place = "" if is_decided_later(namespace) else namespace
    return repository.find(f"{kind}.source.toolkit.fluxcd.io", place, name)

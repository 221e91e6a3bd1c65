"""Claims that Flux may delete to apply them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.flux_appliers import flux_appliers

_FORCE: Final = "kustomize.toolkit.fluxcd.io/force"


def forced_claim(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Flux deletes a PersistentVolumeClaim to change it, because of `force`.

    Why: with force, Flux deletes and creates what it cannot change. Nearly all of a claim cannot be changed, so an edit
    of it, or a field that the cluster adds, deletes the data.

    Source: https://github.com/fluxcd/flux2/issues/4392

    Bad: a Kustomization with `force: true` that applies a claim
    Good: `force: false`, and the annotation `kustomize.toolkit.fluxcd.io/force: enabled` on Jobs
    """
    if _FORCE in {**manifest.mapping("metadata", "labels"), **manifest.mapping("metadata", "annotations")}:
        return
    for applier in flux_appliers(manifest, repository):
        if applier.manifest.get("spec", "force") is True:
            message = f"the Kustomization {applier.manifest.name} forces changes: Flux deletes the claim, and its data"
            yield Problem(("kind",), message, "set force: false in the Kustomization")
            return

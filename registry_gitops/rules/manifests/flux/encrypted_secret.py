"""Secrets that SOPS encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.flux_appliers import flux_appliers, is_patched_somewhere

_INSTALLER: Final = "FluxInstance.fluxcd.controlplane.io"


def encrypted_secret(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """A Secret is encrypted with SOPS, and the Kustomization that applies it does not decrypt.

    Why: kustomize-controller refuses the whole Kustomization: "is SOPS encrypted, configuring decryption is required".
    Decryption is not inherited: each Kustomization needs its own, also one that another Kustomization applies.

    Source: https://github.com/onedr0p/home-ops/issues/5339

    Bad: a Kustomization with `path: ./apps` and an encrypted Secret in apps
    Good: the same with `decryption: {provider: sops, secretRef: {name: sops-age}}`
    """
    secrets = [each for each in repository.of_kind("Secret") if _has_sops(each)]
    if not secrets or repository.of_kind(_INSTALLER) or is_patched_somewhere(repository, "decryption"):
        return
    for secret in secrets:
        for applier in flux_appliers(secret, repository):
            if not applier.manifest.get("spec", "decryption"):
                message = f"the Kustomization {applier.manifest.name} applies the Secret, and does not decrypt it"
                remedy = "add spec.decryption with provider sops to the Kustomization"
                yield secret, Problem(("sops", "mac"), message, remedy, on_key=True)
                break


def _has_sops(secret: Manifest) -> bool:
    # The value has no metadata of SOPS any more: they are no field of the object.
    return not secret.path and "\nsops:" in f"\n{secret.document.text}"

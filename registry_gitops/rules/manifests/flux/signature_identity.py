"""Whose signature is verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.findings import Severity
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched

_SPECS: Final[dict[str, Path]] = {
    kinds.HELM_RELEASE: ("spec", "chart", "spec"),
    kinds.HELM_CHART: ("spec",),
    kinds.OCI_REPOSITORY: ("spec",),
}
KINDS_WITH_VERIFICATION: Final = frozenset(_SPECS)


def signature_identity(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """The signature of a source cannot be verified, or that of anyone is accepted.

    Why: without a key and without an identity, cosign accepts each signature that Sigstore issued, to whomever: an
    attacker signs too. Notation needs its trust policy, and a HelmChart verifies charts of a HelmRepository only.

    Source: https://github.com/fluxcd/source-controller/pull/1250

    Bad: `verify: {provider: cosign}`
    Good: `verify: {provider: cosign, matchOIDCIdentity: [{issuer: ..., subject: ...}]}` of an OCIRepository
    """
    spec = _SPECS[manifest.group_kind]
    verify = manifest.mapping(*spec, "verify")
    path = (*spec, "verify")
    if not verify or is_field_patched(manifest, repository, *path):
        return
    if manifest.get(*spec, "sourceRef", "kind") in ("GitRepository", "Bucket"):
        yield Problem(
            path,
            "only a chart of a HelmRepository is verified",
            "remove verify, or publish the chart to an OCI registry",
        )
    elif verify.get("provider") == "notation" and not verify.get("secretRef"):
        yield Problem(path, "notation has no trust policy to verify with", "name a Secret in secretRef")
    elif verify.get("provider", "cosign") == "cosign" and not (
        verify.get("secretRef") or verify.get("matchOIDCIdentity")
    ):
        remedy = (
            "name a Secret with the key in secretRef, or take the chart from an OCIRepository with matchOIDCIdentity"
            if manifest.group_kind == kinds.HELM_RELEASE
            else "add matchOIDCIdentity with issuer and subject, or secretRef with a key"
        )
        message = "the signature of anyone that Sigstore knows is accepted"
        yield Problem(path, message, remedy, severity=Severity.WARNING)

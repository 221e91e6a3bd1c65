"""Flux is not installed, or has not applied the HelmRelease."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot

MAX_SUSPECTS: Final = 3
"""Maximum number of Kustomizations and repositories to report if any of the cluster's can be the one."""


def flux_missing(snapshot: Snapshot) -> Iterator[Cause]:
    """The cluster does not have the kind HelmRelease."""
    if not snapshot.has_flux:
        yield new_cause(
            CauseId.FLUX_MISSING,
            Reference("CustomResourceDefinition", "", "helmreleases.helm.toolkit.fluxcd.io"),
            "the cluster has no kind HelmRelease: Flux is not installed",
            "check the context; `flux install`, or `flux bootstrap`, installs Flux",
        )


def list_suspects(snapshot: Snapshot) -> list[Object]:
    """Return the Kustomization of the release. Without a release: those whose message has its namespace, or all."""
    if snapshot.release:
        return [snapshot.kustomization] if snapshot.kustomization else []
    kustomizations = snapshot.of_kinds("Kustomization")
    likely = [item for item in kustomizations if f"/{snapshot.namespace}/" in item.condition("Ready").message]
    return likely or list(kustomizations)


def not_applied(snapshot: Snapshot) -> Iterator[Cause]:
    """No HelmRelease has this name."""
    if not snapshot.has_flux or snapshot.release:
        return
    others = ", ".join(release.name for release in snapshot.of_kinds("HelmRelease"))
    yield new_cause(
        CauseId.NOT_APPLIED,
        Reference("HelmRelease", snapshot.namespace, snapshot.name),
        f"there is no HelmRelease {snapshot.name} in namespace {snapshot.namespace}",
        "check --namespace, --name, and --context; commit and push the rendered files, and check with "
        "`flux get kustomizations -A` that a Kustomization applies them",
        evidence=f"HelmReleases in this namespace: {others}" if others else "",
    )


CAUSES: Final[tuple[FindCause, ...]] = (
    flux_missing,
    not_applied,
)

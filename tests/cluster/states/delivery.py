"""States of a release that does not exist: not applied yet, deleted, or of another name."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from registry_gitops.cluster.status import Snapshot
from tests.cluster.states.reconciliation import suspend
from tests.cluster.states.state import State, changed, condition, recorded, without

_INVENTORY: Final = "https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory"


def named(name: str) -> Snapshot:
    """Return a snapshot of a user who asks for another name."""
    return replace(changed("ready"), name=name)


STATES: Final[tuple[State, ...]] = (
    recorded(
        "release-deleted",
        "somebody deleted the HelmRelease",
        "not-applied",
        report=_INVENTORY,
        says=("Kustomization flux-system/docker-registry has applied it, and it was deleted since",),
        remedy=("`flux reconcile kustomization docker-registry -n flux-system` creates it again", "within 1h"),
        never=("check --namespace",),
    ),
    State(
        "somebody deleted the HelmRelease, and suspended the Kustomization",
        _INVENTORY,
        changed("release-deleted", suspend("Kustomization")),
        ("not-applied",),
        says=("has applied it, and is suspended",),
        remedy=("`flux resume kustomization docker-registry -n flux-system`",),
        never=("check --namespace",),
    ),
    State(
        "the user asks for a name that no release has",
        "https://fluxcd.io/flux/components/helm/helmreleases/",
        named("registry"),
        ("not-applied",),
        says=(
            "there is no HelmRelease registry",
            "HelmReleases in this namespace: docker-registry",
            "Kustomization/flux-system/apps applied main@sha1:c506b8c from ./apps/docker-registry",
        ),
        remedy=("check --namespace, --name, and --context",),
    ),
    State(
        "the directory was never applied, because it does not exist in the revision",
        "https://github.com/fluxcd/flux2/issues/1184",
        changed(
            "namespace-missing",
            condition(
                "Kustomization",
                "ArtifactFailed",
                "kustomization path not found: stat /tmp/kustomization-1234/apps/docker-registry: no such file or "
                "directory",
            ),
        ),
        ("apply-failed", "not-applied"),
        says=("the revision has no directory ./apps/docker-registry",),
    ),
    State(
        "the cluster has no Flux",
        "https://github.com/fluxcd/flux2/issues/2009",
        replace(changed("ready", without("HelmRelease", "Kustomization")), has_flux=False),
        ("flux-missing",),
        says=("Flux, or its helm-controller, is not installed",),
        remedy=("`flux check`",),
    ),
)

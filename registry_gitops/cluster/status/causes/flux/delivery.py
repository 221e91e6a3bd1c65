"""Flux is not installed, or has not applied the HelmRelease."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import reconcile_command, resume_command
from registry_gitops.cluster.status.display import short_revision
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
            "the cluster has no kind HelmRelease: Flux, or its helm-controller, is not installed",
            "check the context; `flux check` shows what is installed; `flux install`, or `flux bootstrap`, installs "
            "Flux",
        )


def list_suspects(snapshot: Snapshot) -> list[Object]:
    """Return the Kustomization of the release. Without a release: those that applied it or report it, or all."""
    if snapshot.release:
        return [snapshot.kustomization] if snapshot.kustomization else []
    kustomizations = snapshot.of_kinds("Kustomization")
    likely = [item for item in kustomizations if f"/{snapshot.namespace}/" in item.condition("Ready").message]
    return list_owners(snapshot) or likely or list(kustomizations)


def list_owners(snapshot: Snapshot) -> list[Object]:
    """Return the Kustomizations that have applied the release, whether it exists or not."""
    id_ = f"{snapshot.namespace}_{snapshot.name}_helm.toolkit.fluxcd.io_HelmRelease"
    return [
        item
        for item in snapshot.of_kinds("Kustomization")
        if any(entry.get("id") == id_ for entry in item.items("status.inventory.entries"))
    ]


def not_applied(snapshot: Snapshot) -> Iterator[Cause]:
    """No HelmRelease has this name."""
    if not snapshot.has_flux or snapshot.release:
        return
    reference = Reference("HelmRelease", snapshot.namespace, snapshot.name)
    missing = f"there is no HelmRelease {snapshot.name} in namespace {snapshot.namespace}"
    for owner in list_owners(snapshot):
        yield _deleted(reference, missing, owner)
        return
    yield new_cause(
        CauseId.NOT_APPLIED,
        reference,
        missing,
        "check --namespace, --name, and --context; commit and push the rendered files, and check with "
        "`flux get kustomizations -A` that a Kustomization applies them",
        evidence="; ".join(_describe_others(snapshot)),
    )


def _deleted(reference: Reference, missing: str, owner: Object) -> Cause:
    """Return the cause of a release that a Kustomization has applied, and that somebody deleted."""
    name = f"Kustomization {owner.namespace}/{owner.name}"
    state = ", and is suspended" if owner.is_suspended else ""
    if owner.is_suspended:
        remedy = f"{resume_command(owner)}, which creates it again"
    else:
        remedy = f"{reconcile_command(owner)} creates it again; {name} does so within {owner.text('spec.interval')}"
    return new_cause(
        CauseId.NOT_APPLIED,
        reference,
        f"{missing}: {name} has applied it{state}, and it was deleted since",
        remedy,
        evidence=owner.condition("Ready").message,
    )


def _describe_others(snapshot: Snapshot) -> Iterator[str]:
    """Yield what the cluster has instead: other releases of the namespace, and the Kustomizations with their paths."""
    if releases := ", ".join(release.name for release in snapshot.of_kinds("HelmRelease")):
        yield f"HelmReleases in this namespace: {releases}"
    for item in snapshot.of_kinds("Kustomization")[:MAX_SUSPECTS]:
        state = ", suspended" if item.is_suspended else ""
        revision = short_revision(item.text("status.lastAppliedRevision")) or "nothing"
        yield f"{item.reference} applied {revision} from {item.text('spec.path') or './'}{state}"


CAUSES: Final[tuple[FindCause, ...]] = (
    flux_missing,
    not_applied,
)

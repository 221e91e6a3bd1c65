"""From Git to the HelmRelease: Flux is not there, cannot fetch, cannot apply, or applies something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.remedies import remedy
from registry_gitops.cluster.status.causes.wording import named, reconcile, said
from registry_gitops.cluster.status.model import Cause, CauseId
from registry_gitops.cluster.status.objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot, source_of

_SUSPECTS: Final = 3
"""How many Kustomizations and repositories are named where any of the cluster's may be the one."""

_GIT_REMEDIES: Final = {
    "not found": "correct `spec.url` of the GitRepository, or give it access: a server hides what a user may not see",
    "couldn't find remote ref": "correct `spec.ref` of the GitRepository: there is no such branch or tag",
    "authentic": "renew the login in the Secret that `spec.secretRef` of the GitRepository names",
    "authoriz": "renew the login in the Secret that `spec.secretRef` of the GitRepository names",
    "permission denied": "renew the key in the Secret that `spec.secretRef` of the GitRepository names",
    "knownhosts": "the server has another host key: renew known_hosts in the Secret of the GitRepository",
}
_GIT_UNREACHED: Final = "check the server in `spec.url` of the GitRepository, and the way there from the cluster"


def flux_missing(snapshot: Snapshot) -> Iterator[Cause]:
    """The kind HelmRelease is unknown."""
    if not snapshot.flux:
        yield Cause(
            id=CauseId.FLUX_MISSING,
            object="CustomResourceDefinition/helmreleases.helm.toolkit.fluxcd.io",
            message="the cluster knows no HelmReleases: Flux is not installed in it",
            remedy="check the context; `flux install`, or `flux bootstrap`, installs Flux",
        )


def git_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """What the Kustomization reads cannot be fetched."""
    for repository in _repositories(snapshot)[:_SUSPECTS]:
        condition = repository.condition("Ready")
        yield Cause(
            id=CauseId.GIT_FAILED,
            object=named(repository, snapshot),
            message=f"Flux cannot fetch {repository.text('spec.url')}",
            detail=said(condition.message),
            remedy=f"{remedy(condition.message, _GIT_REMEDIES, _GIT_UNREACHED)}; then {reconcile(repository)}",
            since=condition.since,
        )


def _repositories(snapshot: Snapshot) -> list[Object]:
    """Those that fail, of the sources of the Kustomizations that may be the one."""
    sources = {str(source_of(each)): snapshot.find(source_of(each)) for each in _appliers(snapshot)}
    return [each for each in sources.values() if each and each.condition("Ready").false and not each.suspended]


def apply_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """The Kustomization that applies the release fails."""
    for kustomization in list(filter(_fails, _appliers(snapshot)))[:_SUSPECTS]:
        condition = kustomization.condition("Ready")
        revision = kustomization.text("status.lastAttemptedRevision")
        yield Cause(
            id=CauseId.APPLY_FAILED,
            object=named(kustomization, snapshot),
            message=f"Flux cannot apply the folder{f' of {short(revision)}' if revision else ''}",
            detail=said(condition.message),
            remedy=_apply_remedy(condition.message, kustomization),
            since=condition.since,
        )


def _appliers(snapshot: Snapshot) -> list[Object]:
    """The Kustomization that applied the release. Where there is none: those that speak of its namespace, or all."""
    if snapshot.release:
        return [snapshot.kustomization] if snapshot.kustomization else []
    every = snapshot.of("Kustomization")
    ours = [each for each in every if f"/{snapshot.namespace}/" in each.condition("Ready").message]
    return ours or list(every)


def _fails(kustomization: Object) -> bool:
    """Whether it fails by itself: that its source fails, or that what it applied is not healthy, is said elsewhere."""
    condition = kustomization.condition("Ready")
    elsewhere = condition.reason in ("HealthCheckFailed", "ArtifactFailed")
    return condition.false and not elsewhere and not kustomization.suspended


def _apply_remedy(message: str, kustomization: Object) -> str:
    if "namespaces " in message and "not found" in message:
        return (
            "let `resources` of the folder's kustomization.yaml begin with namespace.yaml, as `registry-gitops render` "
            "writes it; then commit and push"
        )
    if "path not found" in message or "no such file or directory" in message:
        return f"correct `spec.path` of the Kustomization ({kustomization.text('spec.path')}), or commit that folder"
    if "forbidden" in message:
        return "let the service account of the Kustomization (`spec.serviceAccountName`) change these objects"
    return "fix what is refused in Git, commit and push; `kustomize build` of the folder shows what Flux applies"


def not_applied(snapshot: Snapshot) -> Iterator[Cause]:
    """There is no HelmRelease of that name."""
    if not snapshot.flux or snapshot.release:
        return
    others = ", ".join(each.name for each in snapshot.of("HelmRelease"))
    yield Cause(
        id=CauseId.NOT_APPLIED,
        object=f"HelmRelease/{snapshot.name}",
        message=f"there is no HelmRelease {snapshot.name} in namespace {snapshot.namespace}",
        detail=f"HelmReleases in this namespace: {others}" if others else "",
        remedy=(
            "check --namespace, --name and --context; commit and push the folder, and see by "
            "`flux get kustomizations -A` whether a Kustomization applies it"
        ),
    )


def short(revision: str) -> str:
    """A revision of Flux as people say it: main@sha1:fb5ca7a, without the rest of the digest."""
    branch, colon, digest = revision.rpartition(":")
    return f"{branch}{colon}{digest[:7]}" if colon and len(digest) >= 40 else revision

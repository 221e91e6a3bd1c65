"""From Git to the HelmRelease: Flux is not installed, cannot fetch, cannot apply, or applies something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.kubectl_errors import find_remedy
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, new_cause
from registry_gitops.cluster.status.causes.wording import reconcile_command
from registry_gitops.cluster.status.display import short_revision
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot, source_of

_MAX_SUSPECTS: Final = 3
"""Maximum number of Kustomizations and repositories to report if any of the cluster's can be the one."""

_GIT_REMEDIES: Final = {
    "not found": "correct `spec.url` of the GitRepository, or give it access: without access, servers report "
    "a repository as not found",
    "couldn't find remote ref": "correct `spec.ref` of the GitRepository: there is no such branch or tag",
    "authentic": "renew the credentials in the Secret that `spec.secretRef` of the GitRepository names",
    "authoriz": "renew the credentials in the Secret that `spec.secretRef` of the GitRepository names",
    "permission denied": "renew the key in the Secret that `spec.secretRef` of the GitRepository names",
    "knownhosts": "the server has another host key: renew known_hosts in the Secret of the GitRepository",
}
_GIT_UNREACHABLE: Final = "check `spec.url` of the GitRepository, and the connection from the cluster to it"


def flux_missing(snapshot: Snapshot) -> Iterator[Cause]:
    """The cluster does not have the kind HelmRelease."""
    if not snapshot.has_flux:
        yield new_cause(
            CauseId.FLUX_MISSING,
            Reference("CustomResourceDefinition", "", "helmreleases.helm.toolkit.fluxcd.io"),
            "the cluster has no kind HelmRelease: Flux is not installed",
            "check the context; `flux install`, or `flux bootstrap`, installs Flux",
        )


def git_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux cannot fetch the source of the Kustomization."""
    for repository in _failed_repositories(snapshot)[:_MAX_SUSPECTS]:
        condition = repository.condition("Ready")
        remedy = find_remedy(condition.message, _GIT_REMEDIES, _GIT_UNREACHABLE)
        yield new_cause(
            CauseId.GIT_FAILED,
            repository,
            f"Flux cannot fetch {repository.text('spec.url')}",
            f"{remedy}; then {reconcile_command(repository)}",
            evidence=condition.message,
            since=condition.since,
        )


def _failed_repositories(snapshot: Snapshot) -> list[Object]:
    """Return the sources of the suspects that fail."""
    sources = map(snapshot.find, dict.fromkeys(map(source_of, _suspects(snapshot))))
    return [source for source in sources if source and source.condition("Ready").is_false and not source.is_suspended]


def apply_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """The Kustomization that applies the release fails."""
    for kustomization in list(filter(_cannot_apply, _suspects(snapshot)))[:_MAX_SUSPECTS]:
        condition = kustomization.condition("Ready")
        revision = short_revision(kustomization.text("status.lastAttemptedRevision"))
        yield new_cause(
            CauseId.APPLY_FAILED,
            kustomization,
            f"Flux cannot apply {f'revision {revision}' if revision else 'the directory'}",
            _apply_remedy(condition.message, kustomization),
            evidence=condition.message,
            since=condition.since,
        )


def _suspects(snapshot: Snapshot) -> list[Object]:
    """Return the Kustomization of the release. Without a release: those whose message has its namespace, or all."""
    if snapshot.release:
        return [snapshot.kustomization] if snapshot.kustomization else []
    kustomizations = snapshot.of_kinds("Kustomization")
    likely = [item for item in kustomizations if f"/{snapshot.namespace}/" in item.condition("Ready").message]
    return likely or list(kustomizations)


def _cannot_apply(kustomization: Object) -> bool:
    """Return whether a Kustomization fails itself: not its source, and not the health of the objects it applied."""
    condition = kustomization.condition("Ready")
    is_consequence = condition.reason in ("HealthCheckFailed", "ArtifactFailed")
    return condition.is_false and not is_consequence and not kustomization.is_suspended


def _apply_remedy(message: str, kustomization: Object) -> str:
    if "namespaces " in message and "not found" in message:
        return (
            "apply the Namespace first: list namespace.yaml first in the `resources` of kustomization.yaml, as "
            "`registry-gitops render` does, or, if another directory has it, let this Kustomization depend on that "
            "one (`spec.dependsOn`); then commit and push"
        )
    if "path not found" in message or "no such file or directory" in message:
        return f"correct `spec.path` of the Kustomization ({kustomization.text('spec.path')}), or commit that directory"
    if "forbidden" in message:
        return "allow the service account of the Kustomization (`spec.serviceAccountName`) to change these objects"
    return (
        "fix the refused object in Git, commit, and push; `kustomize build` of the directory prints what Flux applies"
    )


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

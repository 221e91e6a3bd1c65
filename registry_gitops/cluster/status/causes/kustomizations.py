"""The Kustomization that applies the release fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.delivery import MAX_SUSPECTS, list_suspects
from registry_gitops.cluster.status.display import short_revision
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot


def apply_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """The Kustomization that applies the release fails."""
    for kustomization in list(filter(_cannot_apply, list_suspects(snapshot)))[:MAX_SUSPECTS]:
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


def _cannot_apply(kustomization: Object) -> bool:
    """Return whether a Kustomization fails itself: not its source, and not the health of the objects it applied."""
    condition = kustomization.condition("Ready")
    is_consequence = condition.reason in ("HealthCheckFailed", "ArtifactFailed", "DependencyNotReady")
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


CAUSES: Final[tuple[FindCause, ...]] = (apply_failed,)

"""Work in progress, work that is stuck, and objects that are suspended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.helm import last_failure
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command, resume_command
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity

_OBSERVE_TIME: Final = timedelta(seconds=30)
"""A new object that its controller has not processed within this time is a cause."""
_CONTROLLERS: Final = {"HelmRelease": "helm-controller", "Kustomization": "kustomize-controller"}
_FAILURES: Final = {
    "InstallFailed": "Helm could not install the release",
    "UpgradeFailed": "Helm could not upgrade the release",
    "TestFailed": "the tests of the chart failed",
    "RollbackSucceeded": "the upgrade failed, and Helm rolled back to the previous revision",
    "RollbackFailed": "the upgrade failed, and the rollback failed too",
    "UninstallSucceeded": "the release failed, and Helm removed it",
    "DependencyNotReady": "the release waits for a release that it depends on",
}
"""Reason of helm-controller -> message."""


def not_observed(snapshot: Snapshot) -> Iterator[Cause]:
    """The controller of an object of Flux has not processed its last change."""
    for thing in snapshot.flux_objects:
        if not thing.is_observed and not _is_static(thing) and not _is_new(thing, snapshot):
            controller = _CONTROLLERS.get(thing.kind, "source-controller")
            yield new_cause(
                CauseId.NOT_OBSERVED,
                thing,
                f"{controller} has not processed the last change of the {thing.kind}",
                f"check that it runs: `kubectl get deployments -A -l app={controller}`; if it does, wait",
                evidence=f"generation {thing.generation}, observed {thing.number('status.observedGeneration')}",
            )
            return


def _is_static(source: Object) -> bool:
    """Return whether no controller processes it: a HelmRepository of type oci only has settings."""
    return source.kind == "HelmRepository" and source.text("spec.type") == "oci"


def _is_new(thing: Object, snapshot: Snapshot) -> bool:
    return thing.created is not None and snapshot.read_at - thing.created < _OBSERVE_TIME


def in_progress(snapshot: Snapshot) -> Iterator[Cause]:
    """The first release, an upgrade, or a rollout of Pods is in progress."""
    release, workload = snapshot.release, snapshot.workload
    if release is None:
        return
    ready = release.condition("Ready")
    if not release.is_ready and not release.is_suspended:
        message = release.condition("Reconciling").message if ready.status != "False" else ready.message
        yield new_cause(
            CauseId.IN_PROGRESS,
            release,
            "Flux is working on the release",
            "wait for it: `registry-gitops status --wait 5m`",
            evidence=message or "helm-controller has not processed it yet",
            since=ready.since,
        )
    elif workload and snapshot.is_rolling_out:
        wanted = workload.number("spec.replicas", 1)
        available, updated = (workload.number(f"status.{count}Replicas") for count in ("available", "updated"))
        yield new_cause(
            CauseId.IN_PROGRESS,
            workload,
            "the Pods are being replaced or started",
            "wait for them: `registry-gitops status --wait 5m`",
            evidence=f"{available} of {wanted} available, {updated} of the newest revision",
        )
    elif kustomization := snapshot.unapplied_kustomization:
        yield new_cause(
            CauseId.IN_PROGRESS,
            kustomization,
            "Flux has not applied the newest revision yet",
            f"wait, or: {reconcile_command(kustomization)}",
            severity=Severity.WARNING,
        )


def suspended(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux is told not to process an object: an error if the release waits for it, or else a warning."""
    for thing in snapshot.flux_objects:
        if thing.is_suspended:
            yield new_cause(
                CauseId.SUSPENDED,
                thing,
                f"the {thing.kind} is suspended: changes in Git do not reach the cluster",
                _resume_remedy(thing),
                severity=Severity.ERROR if _release_waits_for(thing, snapshot) else Severity.WARNING,
            )


def _release_waits_for(thing: Object, snapshot: Snapshot) -> bool:
    """Return whether the release is neither ready nor failed because of a suspended object."""
    release = snapshot.release
    if release is None or thing not in (release, snapshot.source, snapshot.chart):
        return False
    failed = last_failure(release)
    is_waiting = not release.condition("Ready").is_true and (failed is None or failed.reason == "SourceNotReady")
    return is_waiting and (thing is release or not thing.condition("Ready").is_true)


def _resume_remedy(thing: Object) -> str:
    """Return how to resume an object. A command does not help if Git suspends it, because Flux applies that again."""
    is_in_git = any(
        entry.get("manager") == "kustomize-controller" and "f:suspend" in Object(entry).map("fieldsV1.f:spec")
        for entry in thing.items("metadata.managedFields")
    )
    if not is_in_git:
        return resume_command(thing)
    key = "release.suspend" if thing.kind == "HelmRelease" else "spec.suspend"
    return f"set `{key}: false` in Git, where it was suspended; {RENDER}"


CAUSES: Final[tuple[FindCause, ...]] = (
    not_observed,
    suspended,
)

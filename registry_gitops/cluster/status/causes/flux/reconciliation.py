"""Work in progress, work that is stuck, and objects that are suspended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.flux.timing import find_deadline, find_next_try, format_clock
from registry_gitops.cluster.status.causes.releases import last_failure
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command, resume_command
from registry_gitops.cluster.status.live_objects import Object, Reference, parse_time
from registry_gitops.cluster.status.related import MANAGER_NAMESPACE, controller_of, list_controllers
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity

_OBSERVE_TIME: Final = timedelta(seconds=30)
"""A change that its controller has not processed within this time is a cause; so is a timeout that ended before."""
_REQUESTED: Final = "reconcile.fluxcd.io/requestedAt"
_SHARD: Final = "sharding.fluxcd.io/key"
_UNMANAGED: Final = (
    ("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
    ("kustomize.toolkit.fluxcd.io/ssa", "Ignore"),
    ("kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent"),
)
"""Annotations and labels, and their values, with which kustomize-controller leaves an object as it is."""
_WAIT: Final = "wait for it: `registry-gitops status --wait 5m`"


def busy(snapshot: Snapshot) -> Iterator[Cause]:
    """A controller still works on an earlier change, and processes the last one after that."""
    for thing in filter(None, (snapshot.release, snapshot.kustomization)):
        deadline = find_deadline(thing)
        if deadline and not _is_over(deadline, snapshot) and _has_newer_change(thing, snapshot):
            yield new_cause(
                CauseId.BUSY,
                thing,
                f"{controller_of(thing.kind)} still works on an earlier change of the {thing.kind}, until "
                f"{format_clock(deadline)} at the latest; then it processes the last change",
                _end_rollout_remedy(snapshot),
                evidence=thing.condition("Reconciling").message,
                since=thing.condition("Reconciling").since,
            )
            return


def _is_over(moment: datetime, snapshot: Snapshot) -> bool:
    return moment + _OBSERVE_TIME < snapshot.read_at


def _has_newer_change(thing: Object, snapshot: Snapshot) -> bool:
    """Return whether there is a newer generation, or revision, than the one that its controller works on."""
    state = thing.condition("Reconciling")
    if thing.is_suspended:
        return False
    if thing.kind == "Kustomization" and snapshot.repository and " for revision " in state.message:
        fetched = snapshot.repository.text("status.artifact.revision")
        return bool(fetched) and fetched not in state.message
    return state.generation < thing.generation


def _end_rollout_remedy(snapshot: Snapshot) -> str:
    """Return how to end the wait. Helm waits until the Pods are ready, and no command of Flux stops it."""
    workload = snapshot.workload
    wait = "nothing is to be changed: wait"
    if workload is None or workload.kind != "Deployment" or not snapshot.is_rolling_out:
        return wait
    revisions = [item for item in snapshot.of_kinds("ReplicaSet") if item.is_owned_by(workload)]
    if len(revisions) < 2:
        return wait
    return (
        f"{wait}; or, at once: `kubectl rollout undo deployment/{workload.name} -n {workload.namespace}`: the Pods of "
        "before end the wait, and Flux applies the last change"
    )


def controller_down(snapshot: Snapshot) -> Iterator[Cause]:
    """A controller of Flux that has something to do has no Pod that is available."""
    waiting = [thing for thing in snapshot.flux_objects if not thing.is_ready or _describe_lag(thing, snapshot)]
    names = (name for thing in waiting if not thing.is_suspended for name in list_controllers(thing))
    for name in dict.fromkeys(names):
        controller = find_controller(name, snapshot)
        if controller is None or not _is_down(controller):
            continue
        is_stopped = controller.get("spec.replicas") == 0
        yield new_cause(
            CauseId.CONTROLLER_DOWN,
            controller,
            f"{name} {'is scaled to 0' if is_stopped else 'does not run'}: Flux processes no {_kinds_of(name)}",
            (
                f"`kubectl scale deployment {name} -n {controller.namespace} --replicas=1`"
                if is_stopped
                else f"find out why: `kubectl describe pods -n {controller.namespace} -l app={name}`, and "
                f"`kubectl logs -n {controller.namespace} deployment/{name}`"
            ),
            evidence="spec.replicas is 0" if is_stopped else controller.condition("Available").message,
            since=controller.condition("Available").since,
        )


def find_controller(name: str, snapshot: Snapshot) -> Object | None:
    """Return the Deployment of a controller of Flux, or None if it was not read, or is elsewhere."""
    return snapshot.find(Reference("Deployment", MANAGER_NAMESPACE, name))


def is_controller_down(name: str, snapshot: Snapshot) -> bool:
    """Return whether a controller of Flux has no Pod that is available."""
    controller = find_controller(name, snapshot)
    return controller is not None and _is_down(controller)


def _is_down(controller: Object) -> bool:
    return controller.number("status.availableReplicas") == 0


def _kinds_of(controller: str) -> str:
    kinds = {"helm-controller": "HelmRelease", "kustomize-controller": "Kustomization"}
    return kinds.get(controller, "source")


def not_observed(snapshot: Snapshot) -> Iterator[Cause]:
    """A controller of Flux has not processed the last change of an object, or has not ended in time."""
    for thing in snapshot.flux_objects:
        lag = _describe_lag(thing, snapshot)
        controller = controller_of(thing.kind)
        if lag and not is_controller_down(controller, snapshot):
            yield new_cause(
                CauseId.NOT_OBSERVED,
                thing,
                f"{controller} has not processed the last change of the {thing.kind}",
                _find_controller_remedy(thing, controller, snapshot),
                evidence=lag,
            )
            return


def _find_controller_remedy(thing: Object, controller: str, snapshot: Snapshot) -> str:
    if shard := thing.labels.get(_SHARD):
        return (
            f"check that a {controller} with --watch-label-selector={_SHARD}={shard} runs, or remove that label: "
            "`kubectl get deployments -A -o wide` lists them"
        )
    if find_controller(controller, snapshot):
        return f"it runs: read its log, `kubectl logs -n {MANAGER_NAMESPACE} deployment/{controller} --since=10m`"
    return f"check that it runs: `kubectl get deployments -A -l app={controller}`; if it does, wait"


def _describe_lag(thing: Object, snapshot: Snapshot) -> str:
    """Return what its controller has not processed for longer than usual, or ""."""
    if thing.is_suspended or _is_static(thing):
        return ""
    if deadline := find_deadline(thing):
        message = thing.condition("Reconciling").message
        return f"{message}, which ended at {format_clock(deadline)}" if _is_over(deadline, snapshot) else ""
    if not thing.is_observed and not _is_recent(thing, snapshot):
        return f"generation {thing.generation}, observed {thing.number('status.observedGeneration')}"
    if (requested := _requested_at(thing)) and _is_over(requested, snapshot):
        return f"a reconciliation was requested at {format_clock(requested)}"
    if thing is snapshot.unapplied_kustomization and snapshot.repository:
        artifact = snapshot.repository.map("status.artifact")
        fetched = parse_time(artifact.get("lastUpdateTime"))
        if fetched and _is_over(fetched, snapshot):
            return f"revision {artifact.get('revision')} was fetched at {format_clock(fetched)}"
    return ""


def _is_static(source: Object) -> bool:
    """Return whether no controller processes it: a HelmRepository of type oci only has settings."""
    return source.kind == "HelmRepository" and source.text("spec.type") == "oci"


def _is_recent(thing: Object, snapshot: Snapshot) -> bool:
    """Return whether it was created, or its spec was changed, a moment ago."""
    entries = (entry for entry in thing.items("metadata.managedFields") if entry.get("subresource") != "status")
    times = [thing.created, *(parse_time(entry.get("time")) for entry in entries)]
    last = max(filter(None, times), default=None)
    return last is not None and snapshot.read_at - last < _OBSERVE_TIME


def _requested_at(thing: Object) -> datetime | None:
    """Return when a user requested a reconciliation that was not handled yet."""
    requested = thing.map("metadata.annotations").get(_REQUESTED)
    if not isinstance(requested, str) or requested == thing.text("status.lastHandledReconcileAt"):
        return None
    try:
        moment = parse_time(requested)
    except ValueError:  # The annotation can have any value.
        return None
    return moment if moment and moment.tzinfo else None


def in_progress(snapshot: Snapshot) -> Iterator[Cause]:
    """The first release, an upgrade, or a rollout of Pods is in progress."""
    release, workload = snapshot.release, snapshot.workload
    if release is None:
        return
    if not release.is_ready and not release.is_suspended:
        yield _release_in_progress(release)
    elif workload and snapshot.is_rolling_out:
        yield _rollout_in_progress(workload, snapshot)
    elif (kustomization := snapshot.unapplied_kustomization) and not _describe_lag(kustomization, snapshot):
        deadline = find_deadline(kustomization)
        yield new_cause(
            CauseId.IN_PROGRESS,
            kustomization,
            f"Flux has not applied the newest revision yet{_until(deadline)}",
            f"wait, or: {reconcile_command(kustomization)}",
            evidence="; ".join(_describe_attempts(kustomization)),
            severity=Severity.WARNING,
        )


def _describe_attempts(kustomization: Object) -> Iterator[str]:
    """Yield what kustomize-controller does, and how the last attempt failed: a condition tells one of them only."""
    if message := kustomization.condition("Reconciling").message:
        yield message
    last = Object(next(iter(kustomization.items("status.history")), {})).text("lastReconciledStatus")
    if last.endswith("Failed"):
        yield f"the last attempt ended with {last}"


def _release_in_progress(release: Object) -> Cause:
    ready = release.condition("Ready")
    message = release.condition("Reconciling").message if ready.status != "False" else ready.message
    next_try = find_next_try(release)
    again = f"; it tries again at {format_clock(next_try)}" if next_try else ""
    return new_cause(
        CauseId.IN_PROGRESS,
        release,
        f"Flux is working on the release{_until(find_deadline(release))}{again}",
        _WAIT,
        evidence=message or "helm-controller has not processed it yet",
        since=ready.since,
    )


def _until(deadline: datetime | None) -> str:
    return f", until {format_clock(deadline)} at the latest" if deadline else ""


def _rollout_in_progress(workload: Object, snapshot: Snapshot) -> Cause:
    wanted = workload.number("spec.replicas", 1)
    available, updated = (workload.number(f"status.{count}Replicas") for count in ("available", "updated"))
    counts = f"{available} of {wanted} available, {updated} of the newest revision"
    progress = workload.condition("Progressing")
    if progress.reason == "ProgressDeadlineExceeded":
        return new_cause(
            CauseId.ROLLOUT_STUCK,
            workload,
            f"the new Pods did not become ready within {workload.number('spec.progressDeadlineSeconds', 600)} s",
            f"read the events of the Pods: `kubectl describe pods -n {workload.namespace} -l "
            f"app.kubernetes.io/instance={workload.labels.get('app.kubernetes.io/instance', workload.name)}`",
            evidence=f"{progress.message} {counts}",
            since=progress.since,
        )
    return new_cause(
        CauseId.IN_PROGRESS,
        workload,
        f"the Pods are being replaced or started{_until(_find_rollout_deadline(workload, snapshot))}",
        "wait for them: `registry-gitops status --wait 5m`",
        evidence=counts,
    )


def _find_rollout_deadline(workload: Object, snapshot: Snapshot) -> datetime | None:
    """Return when the Deployment gives up its rollout, or None if it does not do so, or should have done so."""
    for condition in map(Object, workload.items("status.conditions")):
        if condition.get("type") == "Progressing" and condition.get("reason") != "NewReplicaSetAvailable":
            updated = parse_time(condition.text("lastUpdateTime"))
            deadline = updated and updated + timedelta(seconds=workload.number("spec.progressDeadlineSeconds", 600))
            return deadline if deadline and deadline > snapshot.read_at else None
    return None


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
    release = snapshot.release
    for key, value in _UNMANAGED:
        if release and value in (release.labels.get(key), release.map("metadata.annotations").get(key)):
            yield new_cause(
                CauseId.SUSPENDED,
                release,
                f"Flux leaves the HelmRelease as it is, because it has {key}: {value}: changes in Git do not reach it",
                f"remove that annotation or label: `kubectl annotate helmrelease {release.name} -n {release.namespace} "
                f"{key}-`, and the same with `kubectl label`; in Git too, if it is there",
                severity=Severity.WARNING,
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
    controller_down,
    busy,
    not_observed,
    suspended,
)

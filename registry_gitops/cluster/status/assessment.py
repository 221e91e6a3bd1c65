"""Assess a snapshot: whether the deployment is ready, since when, and why. A pure function."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from registry_gitops.cluster.status import components
from registry_gitops.cluster.status.causes import CAUSES, Cause, is_consequence, list_ending
from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.cluster.status.events import list_unsettled_events
from registry_gitops.cluster.status.last_collection import find_garbage_collection
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity


def assess(snapshot: Snapshot) -> Status:
    """Return the status that a snapshot shows."""
    ready = is_ready(snapshot)
    causes = _find_causes(snapshot, is_ready=ready)
    return Status(
        namespace=snapshot.namespace,
        name=snapshot.name,
        ready=ready,
        since=_find_start(snapshot, causes, is_ready=ready),
        read_at=snapshot.read_at,
        summary=_summarize(snapshot, causes, is_ready=ready),
        findings=causes,
        git=components.find_git(snapshot),
        release=components.find_release(snapshot),
        chart=components.find_chart(snapshot),
        image=components.find_image(snapshot),
        replicas=components.count_replicas(snapshot),
        volumes=components.find_volumes(snapshot),
        garbage_collection=find_garbage_collection(snapshot),
        addresses=tuple(components.find_addresses(snapshot)),
        events=list_unsettled_events(snapshot),
        forbidden_kinds=snapshot.forbidden_kinds,
    )


def is_ready(snapshot: Snapshot) -> bool:
    """Return whether the release is ready with its current spec, and all its objects exist, stay, and are ready."""
    release, workload = snapshot.release, snapshot.workload
    if release is None or not release.is_ready:
        return False
    if snapshot.is_remote:
        return True
    if workload is None and not snapshot.is_workload_forbidden:
        return False
    if snapshot.missing_objects or snapshot.is_rolling_out or snapshot.is_scaled_to_zero_by_others:
        return False
    if list_ending(snapshot):
        return False
    return snapshot.is_scaled_to_zero or all(claim.text("status.phase") == "Bound" for claim in snapshot.claims)


def _find_causes(snapshot: Snapshot, *, is_ready: bool) -> tuple[Cause, ...]:
    """Return the errors, the root first, without their consequences; then the warnings. If ready: warnings only."""
    found = [cause for find in CAUSES for cause in find(snapshot)]
    if is_ready:
        return tuple(replace(cause, severity=Severity.WARNING) for cause in found)
    errors = [cause for cause in found if cause.severity is Severity.ERROR]
    roots = [cause for cause in errors if not is_consequence(cause.id, [other.id for other in errors])]
    warnings = [cause for cause in found if cause.severity is Severity.WARNING]
    return (*(roots or errors[:1]), *warnings)


def _find_start(snapshot: Snapshot, causes: tuple[Cause, ...], *, is_ready: bool) -> datetime | None:
    """Return when the last condition became true, or the first one became false."""
    release, workload = snapshot.release, snapshot.workload
    conditions = [
        *([release.condition("Ready")] if release else []),
        *([workload.condition("Available")] if workload else []),
    ]
    if is_ready:
        return max((condition.since for condition in conditions if condition.since), default=None)
    times = [condition.since for condition in conditions if condition.since and not condition.is_true]
    root = [cause.since for cause in causes[:1] if cause.since]
    return min(times or root, default=None)


def _summarize(snapshot: Snapshot, causes: tuple[Cause, ...], *, is_ready: bool) -> str:
    if not is_ready:
        return causes[0].message if causes else "Flux reports it as ready, but not every Pod is ready"
    state = "stopped by replicaCount 0" if snapshot.is_scaled_to_zero else "ready"
    return f"{state}, but {causes[0].message}" if causes else state

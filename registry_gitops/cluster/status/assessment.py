"""A snapshot becomes a status: whether it is ready, since when, and why. Pure: the same snapshot, the same status."""

from __future__ import annotations

from datetime import datetime

from registry_gitops.cluster.status import facts
from registry_gitops.cluster.status.causes import CAUSES, CONSEQUENCES
from registry_gitops.cluster.status.events import events
from registry_gitops.cluster.status.model import Cause, Status
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity


def assess(snapshot: Snapshot) -> Status:
    """What the snapshot comes to."""
    ready = is_ready(snapshot)
    causes = _causes(snapshot, ready=ready)
    return Status(
        namespace=snapshot.namespace,
        name=snapshot.name,
        ready=ready,
        since=_since(snapshot, causes, ready=ready),
        read=snapshot.now,
        summary=_summary(snapshot, causes, ready=ready),
        causes=causes,
        git=facts.git(snapshot),
        release=facts.release(snapshot),
        chart=facts.chart(snapshot),
        image=facts.image(snapshot),
        replicas=facts.replicas(snapshot),
        volumes=facts.volumes(snapshot),
        addresses=tuple(facts.addresses(snapshot)),
        events=events(snapshot),
        unseen=snapshot.unseen,
    )


def is_ready(snapshot: Snapshot) -> bool:
    """Whether Flux is done with the release as it is, all that it made is there, and every replica takes requests."""
    release, workload = snapshot.release, snapshot.workload
    if release is None or workload is None or not release.ready or snapshot.missing or snapshot.rolling:
        return False
    if snapshot.idle:
        return False
    return snapshot.stopped or all(claim.text("status.phase") == "Bound" for claim in snapshot.claims)


def _causes(snapshot: Snapshot, *, ready: bool) -> tuple[Cause, ...]:
    """What holds: errors, the root first, without what they explain; then warnings. Nothing that runs has errors."""
    found = [cause for look in CAUSES for cause in look(snapshot)]
    if ready:
        return tuple(cause.model_copy(update={"severity": Severity.WARNING}) for cause in found)
    errors = [cause for cause in found if cause.severity is Severity.ERROR]
    roots = [cause for cause in errors if cause.id not in CONSEQUENCES]
    warnings = [cause for cause in found if cause.severity is Severity.WARNING]
    return (*(roots or errors[:1]), *warnings)


def _since(snapshot: Snapshot, causes: tuple[Cause, ...], *, ready: bool) -> datetime | None:
    """When the last of the conditions became true, or the first of them false."""
    release, workload = snapshot.release, snapshot.workload
    conditions = [
        *([release.condition("Ready")] if release else []),
        *([workload.condition("Available")] if workload else []),
    ]
    if ready:
        return max((each.since for each in conditions if each.since), default=None)
    times = [each.since for each in conditions if each.since and not each.true]
    root = [cause.since for cause in causes[:1] if cause.since]
    return min(times or root, default=None)


def _summary(snapshot: Snapshot, causes: tuple[Cause, ...], *, ready: bool) -> str:
    if not ready:
        return causes[0].message if causes else "Flux calls it ready, but not every Pod takes requests"
    state = "stopped by replicaCount 0" if snapshot.stopped else "ready"
    return f"{state}, but {causes[0].message}" if causes else state

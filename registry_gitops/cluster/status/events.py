"""Select the events to show: those about objects that are not healthy, and those about manual changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.deployment_status import EventRecord
from registry_gitops.cluster.status.display import cluster_message
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_MAX_EVENTS: Final = 5


def list_unsettled_events(snapshot: Snapshot) -> tuple[EventRecord, ...]:
    """Return the last 5 events, one for each object and reason, with their total count.

    The message is the newest one that tells a reason.
    """
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in _unsettled(snapshot):
        groups.setdefault((event.object, event.reason), []).append(event)
    return tuple(_merge(events) for events in groups.values())[:_MAX_EVENTS]


def _merge(events: list[Event]) -> EventRecord:
    """Return events with the same object and reason, newest first, as one."""
    telling = next((event for event in events if not event.tells_no_reason), events[0])
    return EventRecord(
        object=telling.object,
        reason=telling.reason,
        message=cluster_message(telling.message),
        count=sum(event.count for event in events),
        last=events[0].last,
    )


def _unsettled(snapshot: Snapshot) -> Iterator[Event]:
    unhealthy = {thing.uid for thing in _list_objects(snapshot) if not _is_healthy(thing)}
    drift = snapshot.drift_events
    for event in snapshot.events:
        if (event.is_warning and event.uid in unhealthy) or event in drift:
            yield event


def _list_objects(snapshot: Snapshot) -> Iterator[Object]:
    single = (snapshot.release, snapshot.chart, snapshot.source, snapshot.workload)
    yield from (thing for thing in single if thing)
    yield from (*snapshot.replica_sets, *snapshot.pods, *snapshot.claims)


def _is_healthy(thing: Object) -> bool:
    if thing.kind == "PersistentVolumeClaim":
        return thing.text("status.phase") == "Bound"
    if thing.kind == "ReplicaSet":
        return thing.number("status.availableReplicas") >= thing.number("spec.replicas")
    return thing.condition("Available" if thing.kind == "Deployment" else "Ready").is_true

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
    """Return the last 5 events, one for each object and reason, with their total count."""
    records: dict[tuple[str, str], EventRecord] = {}
    for event in _unsettled(snapshot):
        newest = records.get((event.object, event.reason)) or EventRecord(
            object=event.object, reason=event.reason, message=cluster_message(event.message), count=0, last=event.last
        )
        records[event.object, event.reason] = newest.model_copy(update={"count": newest.count + event.count})
    return tuple(records.values())[:_MAX_EVENTS]


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

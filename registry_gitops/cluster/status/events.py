"""The events that matter: those of the deployment's own objects that nothing has settled since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.wording import said
from registry_gitops.cluster.status.model import EventRecord
from registry_gitops.cluster.status.objects import Object
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_SHOWN: Final = 5


def events(snapshot: Snapshot) -> tuple[EventRecord, ...]:
    """The last few: warnings about what is not well, and all that is said of drift; each kind of thing once."""
    found: dict[tuple[str, str], EventRecord] = {}
    for event in _unsettled(snapshot):
        newest = found.get((event.object, event.reason)) or EventRecord(
            object=event.object, reason=event.reason, message=said(event.message), count=0, last=event.last
        )
        counted = newest.model_copy(update={"count": newest.count + event.count})
        found[event.object, event.reason] = counted
    return tuple(found.values())[:_SHOWN]


def _unsettled(snapshot: Snapshot) -> Iterator[Event]:
    ill = {each.uid for each in _objects(snapshot) if not _well(each)}
    drift = snapshot.drift
    for event in snapshot.events:
        if (event.warning and event.uid in ill) or event in drift:
            yield event


def _objects(snapshot: Snapshot) -> Iterator[Object]:
    single = (snapshot.release, snapshot.chart, snapshot.source, snapshot.workload)
    yield from (each for each in single if each)
    yield from (*snapshot.replica_sets, *snapshot.pods, *snapshot.claims)


def _well(thing: Object) -> bool:
    if thing.kind == "PersistentVolumeClaim":
        return thing.text("status.phase") == "Bound"
    if thing.kind == "ReplicaSet":
        return thing.number("status.availableReplicas") >= thing.number("spec.replicas")
    return thing.condition("Available" if thing.kind == "Deployment" else "Ready").true

"""A failure that no other cause explains: the first failing object from the root, and what is healthy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.live_objects import Condition, Object, list_containers
from registry_gitops.cluster.status.related import RESOURCES
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity

NOT_KNOWN: Final = ", for a reason that `status` does not know"
"""End of a sentence that has no reason."""
_FAILS_IF_FALSE: Final = ("Ready", "Available", "PodReadyToStartContainers", "PodScheduled")
_FAILS_IF_TRUE: Final = ("Stalled", "ReplicaFailure", "FailureTarget", "DisruptionTarget")
_UNTOLD: Final = frozenset({"ContainersNotReady", "ContainersNotInitialized", "MinimumReplicasUnavailable", ""})
"""Reasons of conditions that only say that something else is not ready."""
_WAITS: Final = frozenset({"", "ContainerCreating", "PodInitializing", "CreateContainerConfigError"})
"""Reasons of a container that waits, and has not failed, or is tried again because what it needs exists now."""
_KNOWN: Final = frozenset(
    ("Unhealthy", "BackOff", "Failed", "FailedMount", "FailedAttachVolume", "FailedScheduling", "FailedCreate")
)
"""Reasons of warnings for which there are causes, while they hold."""
_REPEATED: Final = 3
"""Number of warnings that are no chance."""


def unknown(snapshot: Snapshot) -> Iterator[Cause]:
    """An object of the release fails in words that no cause knows. The objects of Flux have causes for that."""
    for thing in _list_created(snapshot):
        if not _is_healthy(thing) and (words := _find_failure(thing, snapshot)):
            yield new_unknown_cause(CauseId.UNKNOWN, thing, f"the {thing.kind} fails", words, snapshot)
            return


def new_unknown_cause(
    id_: CauseId,
    thing: Object,
    message: str,
    words: str,
    snapshot: Snapshot,
    *,
    since: datetime | None = None,
    severity: Severity = Severity.ERROR,
) -> Cause:
    """Return a cause whose reason is not known: with the words of the cluster, what is healthy, and no guess."""
    return new_cause(
        id_,
        thing,
        f"{message}{NOT_KNOWN}",
        f"read all that the cluster reports about it: {describe_command(thing)}",
        evidence=words,
        more=(list_healthy(snapshot),),
        since=since,
        severity=severity,
    )


def _list_created(snapshot: Snapshot) -> Iterator[Object]:
    """Yield what the release created, from the claim to the Pod."""
    yield from snapshot.claims
    yield from filter(None, (snapshot.workload,))
    yield from snapshot.replica_sets
    yield from snapshot.pods


def _find_failure(thing: Object, snapshot: Snapshot) -> str:
    """Return what the cluster reports about a failure of an object, or ""."""
    for container in list_containers(thing) if thing.kind == "Pod" else ():
        if container.waiting not in _WAITS:
            return f"{container.name} waits: {container.waiting}: {container.message}"
    failed = [thing.condition(type_) for type_ in _FAILS_IF_TRUE if thing.condition(type_).is_true]
    failed += [thing.condition(type_) for type_ in _FAILS_IF_FALSE if thing.condition(type_).is_false]
    if told := next((condition for condition in failed if condition.reason not in _UNTOLD), None):
        return _describe(told)
    last = next(iter(snapshot.events_of(thing)), None)
    if last and last.is_warning and last.count >= _REPEATED and last.reason not in _KNOWN:
        return f"{last.reason}, {last.count} times: {last.message}"
    return ""


def _describe(condition: Condition) -> str:
    return f"{condition.reason}: {condition.message}" if condition.message else condition.reason


def list_healthy(snapshot: Snapshot) -> str:
    """Return which objects of the deployment are healthy, in one line; "" if none is."""
    flux = (snapshot.repository, snapshot.kustomization, snapshot.source, snapshot.chart, snapshot.release)
    things = (*filter(None, flux), *_list_created(snapshot))
    healthy = dict.fromkeys(str(thing.reference) for thing in things if _is_healthy(thing))
    return f"healthy: {', '.join(healthy)}" if healthy else ""


def _is_healthy(thing: Object) -> bool:
    if thing.kind == "PersistentVolumeClaim":
        return thing.text("status.phase") == "Bound"
    type_ = "Available" if thing.kind == "Deployment" else "Ready"
    return thing.condition(type_).is_true and thing.is_observed


def describe_command(thing: Object) -> str:
    """Return the command that prints all that the cluster has about an object."""
    kind = RESOURCES.get(thing.kind, thing.kind).partition(".")[0].lower()
    return f"`kubectl describe {kind} {thing.name} -n {thing.namespace}`"


CAUSES: Final[tuple[FindCause, ...]] = (unknown,)

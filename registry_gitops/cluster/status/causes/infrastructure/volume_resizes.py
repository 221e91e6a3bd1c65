"""Claims that were grown, and whose volume does not have the new size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from registry_gitops.amounts import parse_quantity
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.changes import restart_command
from registry_gitops.cluster.status.causes.cluster_phrases import find_phrase
from registry_gitops.cluster.status.causes.infrastructure.volume_phrases import RESIZE_PHRASES
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Event, Snapshot
from registry_gitops.findings import Severity

_RESIZE_TIME: Final = timedelta(minutes=2)
"""A resize that takes longer is worth a warning."""
_CONDITIONS: Final = ("ControllerResizeError", "NodeResizeError", "FileSystemResizePending", "Resizing")
_FAILURES: Final = ("VolumeResizeFailed", "FileSystemResizeFailed")
_WAITING: Final = "ExternalExpanding"
"""Reported about each claim that is grown, until a driver takes it up."""
_REQUEST: Final = "spec.resources.requests.storage"


def volume_not_resized(snapshot: Snapshot) -> Iterator[Cause]:
    """A resize failed, or waits: the registry goes on with the old size."""
    for claim in snapshot.claims:
        conditions = [(type_, claim.condition(type_)) for type_ in _CONDITIONS]
        open_ = {type_: condition for type_, condition in conditions if condition.is_true}
        if not (open_ or _is_grown(claim)) or claim.text("status.phase") != "Bound" or claim.is_being_deleted:
            continue
        since = next((condition.since for condition in open_.values() if condition.since), None)
        failure = _find_failure(claim, snapshot, is_taken_up=bool(open_))
        message = next((condition.message for condition in open_.values() if condition.message), "")
        explained = _explain(claim, failure, open_, snapshot)
        if explained is None:
            if since is None or snapshot.read_at - since < _RESIZE_TIME:
                continue
            explained = "", f"read what the driver reports: `kubectl describe pvc {claim.name} -n {claim.namespace}`"
        wanted, has = claim.text(_REQUEST), claim.text("status.capacity.storage")
        what, remedy = explained
        yield new_cause(
            CauseId.VOLUME_NOT_RESIZED,
            claim,
            f"the volume of the claim {claim.name} has {has} instead of {wanted}{what and ': '}{what}",
            remedy,
            evidence=failure.message if failure else message,
            since=since or (failure.last if failure else None),
            severity=Severity.WARNING,
        )


def _find_failure(claim: Object, snapshot: Snapshot, *, is_taken_up: bool) -> Event | None:
    """Return the newest event that tells why the volume has the old size."""
    for event in snapshot.events_of(claim):
        is_late = snapshot.read_at - event.last > _RESIZE_TIME
        if event.reason in _FAILURES or (event.reason == _WAITING and is_late and not is_taken_up):
            return event
    return None


def _is_grown(claim: Object) -> bool:
    """Return whether a claim asks for more than its volume has."""
    wanted, has = claim.text(_REQUEST), claim.text("status.capacity.storage")
    try:
        return bool(wanted and has) and parse_quantity(wanted) > parse_quantity(has)
    except ValueError:  # More than Kubernetes counts.
        return False


def _explain(
    claim: Object, failure: Event | None, conditions: Mapping[str, object], snapshot: Snapshot
) -> tuple[str, str] | None:
    """Return why the volume has the old size, and the remedy. None if it is not known."""
    statuses = claim.map("status.allocatedResourceStatuses").values()
    phrase = find_phrase(failure.message, RESIZE_PHRASES) if failure else None
    if phrase:
        return phrase.message, phrase.remedy
    if any("Infeasible" in str(status) for status in statuses):
        return (
            "the storage cannot have that size",
            f"set `values.persistence.size` to less, but to more than the old size; {RENDER}",
        )
    if failure is None and snapshot.workload and "FileSystemResizePending" in conditions:
        since = claim.condition("FileSystemResizePending").since
        if since and snapshot.read_at - since < _RESIZE_TIME:
            return None
        return (
            "the volume is larger, but its file system is not",
            "restart the Pod, so that the node resizes the file system when it mounts it: "
            f"{restart_command(snapshot.workload)}",
        )
    return None


CAUSES: Final[tuple[FindCause, ...]] = (volume_not_resized,)

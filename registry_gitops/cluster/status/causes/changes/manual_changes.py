"""Changes in the cluster instead of in Git: deleted, scaled, or edited objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from registry_gitops.cluster.status.causes.access import selects_no_pod
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.changes.other_controllers import find_scaler, is_corrected_again
from registry_gitops.cluster.status.causes.changes.restarts import restart_command, runs_with_edit
from registry_gitops.cluster.status.causes.field_managers import (
    FLUX,
    HELM_CLI,
    FieldChange,
    list_changes,
    list_owned_specs,
)
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command, recreate_remedy
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import DRIFT_CORRECTED, Snapshot
from registry_gitops.findings import Severity

_DRIFTED: Final = re.compile(r"([A-Za-z]\w*)/([\w.-]+)/([\w.:-]+)\s+changed", re.IGNORECASE)
"""An object in the message of helm-controller about drift."""


def workload_gone(snapshot: Snapshot) -> Iterator[Cause]:
    """The release is ready, but an object that it created does not exist any more."""
    release = snapshot.release
    if release is None or not release.is_ready:
        return
    for missing in snapshot.missing_objects:
        yield new_cause(
            CauseId.WORKLOAD_GONE,
            missing,
            f"Flux reports the release as ready, but its {missing.kind} {missing.name} was deleted",
            recreate_remedy(release),
        )


def drifted(snapshot: Snapshot) -> Iterator[Cause]:
    """An object of the release was changed manually. What Flux has undone is reported as an event only."""
    release = snapshot.release
    if release is None:
        return
    found = list(_list_edited_objects(snapshot, release))
    for thing, edits in found:
        yield _object_drifted(snapshot, release, thing, edits)
    if not found:
        yield from _reported_drift(snapshot, release)


def has_lost_replicas(workload: Object) -> bool:
    """Return whether Flux manages the spec, but not the number of replicas any more."""
    specs = list_owned_specs(workload, *FLUX, HELM_CLI)
    return any(specs) and not any("f:replicas" in spec for spec in specs)


def _list_edited_objects(snapshot: Snapshot, release: Object) -> Iterator[tuple[Object, list[str]]]:
    """Yield the objects that somebody changed, the workload first, with what was changed by whom."""
    workload = snapshot.workload
    if workload:
        edits = [*_describe_lost_replicas(snapshot, workload), *map(str, _manual_changes(workload))]
        if edits or _is_stopped_by_hand(snapshot):
            yield workload, edits
    for thing in snapshot.release_objects():
        if thing is not workload and (changes := _manual_changes(thing)):
            yield thing, list(map(str, changes))
    # Without a Kustomization, people apply the release themselves.
    changes = [change for change in _manual_changes(release) if change.fields != ("spec.suspend",)]
    if snapshot.kustomization and changes:
        yield release, list(map(str, changes))


def _manual_changes(thing: Object) -> list[FieldChange]:
    return [change for change in list_changes(thing) if change.is_manual]


def _describe_lost_replicas(snapshot: Snapshot, workload: Object) -> Iterator[str]:
    """Yield that the number of replicas is not that of Flux. The scale subresource soon loses its manager.

    Under an autoscaler, Flux never sets it.
    """
    is_scaled = snapshot.autoscaler is not None or snapshot.has_chart_autoscaler
    is_known = any("spec.replicas" in change.fields for change in list_changes(workload))
    if not is_scaled and not is_known and has_lost_replicas(workload):
        yield f"spec.replicas is {workload.number('spec.replicas', 1)}"


def _is_stopped_by_hand(snapshot: Snapshot) -> bool:
    return snapshot.is_scaled_to_zero_by_others and not find_scaler(snapshot)


def _object_drifted(snapshot: Snapshot, release: Object, thing: Object, edits: list[str]) -> Cause:
    is_stopped = thing is snapshot.workload and _is_stopped_by_hand(snapshot)
    effect = ""
    if thing.kind == "Service" and selects_no_pod(thing, snapshot):
        effect = ", and selects no Pod of the registry: clients cannot reach it"
    elif thing.kind == "ConfigMap" and runs_with_edit(thing, snapshot):
        effect = ", and the Pod runs with the changed configuration"
    times = [change.time for change in _manual_changes(thing) if change.time]
    return new_cause(
        CauseId.DRIFTED,
        thing,
        f"the {thing.kind} was {'scaled to 0' if is_stopped else 'changed'} by hand{effect}",
        _undo_remedy(snapshot, release, thing),
        evidence="; ".join(edits) or "spec.replicas is 0, and `values.replicaCount` is not",
        since=max(times, default=None),
        severity=Severity.ERROR if is_stopped else Severity.WARNING,
    )


def _undo_remedy(snapshot: Snapshot, release: Object, thing: Object | None) -> str:
    """Return how to keep a change, and how to undo it. A claim cannot shrink."""
    if thing and thing.kind == "PersistentVolumeClaim":
        size = thing.text("spec.resources.requests.storage")
        return f"set `values.persistence.size` to {size}, its size now, because a volume cannot shrink; {RENDER}"
    if thing is release and snapshot.kustomization:
        undo = f"{reconcile_command(snapshot.kustomization)} undoes the change"
    elif release.text("spec.driftDetection.mode") == "enabled":
        undo = f"{reconcile_command(release)} undoes the change; undo fields that the chart does not set by hand"
    else:
        undo = (
            f"{reconcile_command(release, '--force')} undoes the change; with `release.driftDetection.mode: enabled`, "
            "Flux undoes such changes by itself"
        )
    if thing and thing.kind == "ConfigMap" and snapshot.workload:
        undo += f"; a Pod reads its configuration only when it starts: then {restart_command(snapshot.workload)}"
    return f"make the change in registry.yaml; {undo}"


def _reported_drift(snapshot: Snapshot, release: Object) -> Iterator[Cause]:
    """Yield the drift that Flux reports, if it has not undone it, and no object shows who changed it."""
    message, since = _find_drift(snapshot, release)
    if not message or snapshot.missing_objects or is_corrected_again(snapshot):
        return
    match = _DRIFTED.search(message)
    about = Reference(*match.groups()) if match else release.reference
    is_scaled = snapshot.autoscaler is not None or snapshot.has_chart_autoscaler
    if snapshot.workload and about == snapshot.workload.reference and is_scaled:
        return
    yield new_cause(
        CauseId.DRIFTED,
        about,
        f"the {about.kind if match else 'release'} differs from what Flux applied: somebody changed it",
        _undo_remedy(snapshot, release, snapshot.find(about)),
        evidence=message,
        since=since,
        severity=Severity.WARNING,
    )


def _find_drift(snapshot: Snapshot, release: Object) -> tuple[str, datetime | None]:
    """Return what Flux reports about drift that it has not undone, in a condition or in an event."""
    drifted = release.condition("Drifted")
    if drifted.is_true:
        return drifted.message, drifted.since
    last = next(iter(snapshot.drift_events), None)
    if last is None or (drifted.is_false and drifted.since and drifted.since >= last.last):
        return "", None
    # Flux reports detection and correction in the same second: the correction counts.
    is_undone = any(item.reason == DRIFT_CORRECTED and item.last == last.last for item in snapshot.drift_events)
    return ("", None) if is_undone else (last.message, last.last)


CAUSES: Final[tuple[FindCause, ...]] = (drifted,)

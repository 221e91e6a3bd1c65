"""Changes in the cluster instead of in Git: deleted, scaled, or edited objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import reconcile_command, resume_command
from registry_gitops.cluster.status.live_objects import Object, parse_time
from registry_gitops.cluster.status.snapshot import DRIFT_CORRECTED, Snapshot
from registry_gitops.findings import Severity

_FLUX: Final = ("helm-controller", "helm", "kustomize-controller")
"""Field managers that make a Deployment match Git."""
_EXPECTED: Final = (*_FLUX, "kube-controller-manager", "garbage-collection")
"""These, the one that runs the Deployment, and the Job that makes it read-only."""
_HARMLESS: Final = ("restartedAt",)
"""Annotation that `kubectl rollout restart` adds to the Pod template."""
_MAX_FIELDS: Final = 3


def workload_gone(snapshot: Snapshot) -> Iterator[Cause]:
    """The release is ready, but an object that it created does not exist any more."""
    release = snapshot.release
    if release is None or not release.is_ready:
        return
    for missing in snapshot.missing_objects:
        if release.is_suspended:
            remedy = f"{resume_command(release)}, then {reconcile_command(release, '--force')}"
        elif release.text("spec.driftDetection.mode") == "enabled":
            interval = release.text("spec.interval")
            remedy = f"Flux creates it again within {interval}; at once: {reconcile_command(release)}"
        else:
            remedy = (
                f"{reconcile_command(release, '--force')}; with `release.driftDetection.mode: enabled`, Flux creates "
                "it again by itself"
            )
        yield new_cause(
            CauseId.WORKLOAD_GONE,
            missing,
            f"Flux reports the release as ready, but its {missing.kind} {missing.name} was deleted",
            remedy,
        )


def drifted(snapshot: Snapshot) -> Iterator[Cause]:
    """An object of the release was changed manually. What Flux has undone is reported as an event only."""
    release, workload = snapshot.release, snapshot.workload
    if release is None:
        return
    changes = _manual_changes(workload) if workload else []
    is_scaled = release.get("spec.values.autoscaling.enabled") is True
    edits = list(_describe_edits(workload, changes, is_scaled=is_scaled)) if workload else []
    if workload and (edits or snapshot.is_scaled_to_zero_by_hand):
        yield _workload_drifted(release, workload, changes, edits, is_stopped=snapshot.is_scaled_to_zero_by_hand)
        return
    drift = snapshot.drift_events
    # Flux reports detection and correction in the same second: the correction counts.
    is_undone = any(event.reason == DRIFT_CORRECTED and event.last == drift[0].last for event in drift)
    if drift and not is_undone:
        yield new_cause(
            CauseId.DRIFTED,
            release,
            "an object of the release was changed by hand",
            reconcile_command(release),
            evidence=drift[0].message,
            since=drift[0].last,
            severity=Severity.WARNING,
        )


_Change = tuple[Mapping[str, Any], list[str]]
"""An entry of `metadata.managedFields`, and the fields of the spec that it owns."""


def _workload_drifted(
    release: Object, workload: Object, changes: list[_Change], edits: list[str], *, is_stopped: bool
) -> Cause:
    undo = "set `release.driftDetection.mode: enabled`, which undoes such changes"
    if release.text("spec.driftDetection.mode") == "enabled":
        undo = f"{reconcile_command(release)} undoes the change; undo fields that the chart does not set by hand"
    return new_cause(
        CauseId.DRIFTED,
        workload,
        f"the {workload.kind} was {'scaled to 0' if is_stopped else 'changed'} by hand",
        f"make the change in registry.yaml; {undo}",
        evidence="; ".join(edits) or "spec.replicas is 0, and `values.replicaCount` is not",
        since=max(filter(None, (parse_time(entry.get("time")) for entry, _ in changes)), default=None),
        severity=Severity.ERROR if is_stopped else Severity.WARNING,
    )


def _describe_edits(workload: Object, changes: list[_Change], *, is_scaled: bool) -> Iterator[str]:
    """Yield the fields that differ from what Flux set, with the manager that changed them, if it is known.

    With `is_scaled`, an autoscaler sets the number of replicas, and Flux never does.
    """
    # The scale subresource soon loses its manager, but the number of replicas stays without Flux as its manager.
    if not is_scaled and has_lost_replicas(workload) and not any("spec.replicas" in fields for _, fields in changes):
        yield f"spec.replicas is {workload.number('spec.replicas', 1)}"
    for entry, fields in changes:
        more = f" and {len(fields) - _MAX_FIELDS} more" if len(fields) > _MAX_FIELDS else ""
        when = f" at {entry['time']}" if "time" in entry else ""
        yield f"{', '.join(fields[:_MAX_FIELDS])}{more} by {entry.get('manager')}{when}"


def has_lost_replicas(workload: Object) -> bool:
    """Return whether Flux manages the spec, but not the number of replicas any more."""
    specs = [_owned_spec(entry) for entry in workload.items("metadata.managedFields") if entry.get("manager") in _FLUX]
    return any(specs) and not any("f:replicas" in spec for spec in specs)


def _manual_changes(workload: Object) -> list[_Change]:
    """Return the entries of unexpected managers that own fields of the spec; Flux removes what it undoes."""
    entries = [
        (entry, list(_owned_fields(entry)))
        for entry in workload.items("metadata.managedFields")
        if entry.get("manager") not in _EXPECTED and entry.get("subresource") != "status"
    ]
    return [(entry, fields) for entry, fields in entries if fields]


def _owned_fields(entry: Mapping[str, Any]) -> Iterator[str]:
    for path in _list_leaves(_owned_spec(entry), "spec") if _owned_spec(entry) else ():
        if not any(path.endswith(name) for name in _HARMLESS):
            yield path


def _owned_spec(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of the spec that an entry owns."""
    spec: Mapping[str, Any] = (entry.get("fieldsV1") or {}).get("f:spec") or {}
    return spec


def _list_leaves(fields: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the paths of a field set: `f:replicas` is spec.replicas, and a list item has its key in brackets."""
    inner = {key: value for key, value in fields.items() if key != "."}
    # The entry owns the item as a whole: its fields add nothing.
    if not inner or ("." in fields and path.endswith("]")):
        yield path
        return
    for key, value in inner.items():
        kind, _, name = key.partition(":")
        yield from _list_leaves(value, f"{path}.{name}" if kind == "f" else f"{path}[{_item_name(name)}]")


def _item_name(key: str) -> str:
    """Return `{"name":"registry"}` as registry."""
    return key.removeprefix('{"name":"').removesuffix('"}')


CAUSES: Final[tuple[FindCause, ...]] = (drifted,)

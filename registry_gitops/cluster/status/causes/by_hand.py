"""What people did in the cluster instead of in Git: suspended, scaled, edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.cluster.status.causes.release import failure
from registry_gitops.cluster.status.causes.wording import RENDER, named, reconcile, resume, said
from registry_gitops.cluster.status.model import Cause, CauseId
from registry_gitops.cluster.status.objects import Object, time_of
from registry_gitops.cluster.status.snapshot import DRIFT_CORRECTED, Snapshot
from registry_gitops.findings import Severity

_FLUX: Final = ("helm-controller", "helm", "kustomize-controller")
"""Managers of fields by which a Deployment comes to be what Git says."""
_OURS: Final = (*_FLUX, "kube-controller-manager")
"""Those, and the one that carries it out."""
_HARMLESS: Final = ("restartedAt",)
"""What `kubectl rollout restart` leaves in the template."""
_SHOWN: Final = 3


def suspended(snapshot: Snapshot) -> Iterator[Cause]:
    """Yield the objects that Flux was told not to look at; as an error if the release waits for one of them."""
    for each in snapshot.flux_objects:
        if each.suspended:
            yield Cause(
                id=CauseId.SUSPENDED,
                severity=Severity.ERROR if _release_waits_for(each, snapshot) else Severity.WARNING,
                object=named(each, snapshot),
                message=f"{named(each, snapshot)} is suspended: changes in Git do not reach the cluster",
                remedy=_resumption(each),
            )


def _release_waits_for(thing: Object, snapshot: Snapshot) -> bool:
    """Whether the release is not ready, and has not failed either, because of a suspended object."""
    release = snapshot.release
    if release is None or thing not in (release, snapshot.source, snapshot.chart):
        return False
    failed = failure(release)
    waits = not release.condition("Ready").true and (failed is None or failed.reason == "SourceNotReady")
    return waits and (thing is release or not thing.condition("Ready").true)


def _resumption(thing: Object) -> str:
    """How it goes on: what Git says is not ended by a command, because Flux applies it again."""
    in_git = any(
        entry.get("manager") == "kustomize-controller" and "f:suspend" in Object(entry).map("fieldsV1.f:spec")
        for entry in thing.items("metadata.managedFields")
    )
    if not in_git:
        return resume(thing)
    key = "release.suspend" if thing.kind == "HelmRelease" else "spec.suspend"
    return f"set `{key}: false` in Git, where it was suspended; {RENDER}"


def drifted(snapshot: Snapshot) -> Iterator[Cause]:
    """Somebody changed what the release made. What Flux has undone is told by its events alone."""
    release, workload = snapshot.release, snapshot.workload
    if release is None:
        return
    foreign = _foreign(workload) if workload else []
    edits = list(_edits(workload, foreign)) if workload else []
    if workload and (edits or snapshot.idle):
        mode = release.text("spec.driftDetection.mode")
        undo = (
            f"{reconcile(release)} undoes it; what the chart does not set has to be taken back by hand"
            if mode == "enabled"
            else "set `release.driftDetection.mode: enabled`, which undoes such changes"
        )
        yield Cause(
            id=CauseId.DRIFTED,
            severity=Severity.ERROR if snapshot.idle else Severity.WARNING,
            object=named(workload, snapshot),
            message=f"{workload} was {'scaled to 0' if snapshot.idle else 'changed'} by hand",
            detail="; ".join(edits) or "spec.replicas is 0, and `values.replicaCount` is not",
            remedy=f"make the change in registry.yaml; {undo}",
            since=max(filter(None, (time_of(entry.get("time")) for entry, _ in foreign)), default=None),
        )
    drift = snapshot.drift
    # Flux says both in one second: what it has undone counts.
    undone = any(each.reason == DRIFT_CORRECTED and each.last == drift[0].last for each in drift)
    if drift and not undone and not edits and not snapshot.idle:
        yield Cause(
            id=CauseId.DRIFTED,
            severity=Severity.WARNING,
            object=named(release, snapshot),
            message="somebody changed the release by hand",
            detail=said(drift[0].message),
            remedy=reconcile(release),
            since=drift[0].last,
        )


def _edits(workload: Object, foreign: list[tuple[Mapping[str, Any], list[str]]]) -> Iterator[str]:
    """What is not as Flux has set it, and by whom where that is known."""
    # Who scales leaves no name for long; that the number is no longer Flux's own stays.
    if _lost_replicas(workload) and not any("spec.replicas" in fields for _, fields in foreign):
        yield f"spec.replicas is {workload.number('spec.replicas', 1)}"
    for entry, fields in foreign:
        more = f" and {len(fields) - _SHOWN} more" if len(fields) > _SHOWN else ""
        when = f" at {entry['time']}" if "time" in entry else ""
        yield f"{', '.join(fields[:_SHOWN])}{more} by {entry.get('manager')}{when}"


def _lost_replicas(workload: Object) -> bool:
    """Whether Flux has set the spec, and the number of replicas was taken from it."""
    specs = [_spec(entry) for entry in workload.items("metadata.managedFields") if entry.get("manager") in _FLUX]
    return any(specs) and not any("f:replicas" in spec for spec in specs)


def _foreign(workload: Object) -> list[tuple[Mapping[str, Any], list[str]]]:
    """The entries of those who changed the spec without Flux, and which fields. One that Flux takes back leaves it."""
    entries = [
        (entry, list(_spec_fields(entry)))
        for entry in workload.items("metadata.managedFields")
        if entry.get("manager") not in _OURS and entry.get("subresource") != "status"
    ]
    return [(entry, fields) for entry, fields in entries if fields]


def _spec_fields(entry: Mapping[str, Any]) -> Iterator[str]:
    for path in _leaves(_spec(entry), "spec") if _spec(entry) else ():
        if not any(path.endswith(each) for each in _HARMLESS):
            yield path


def _spec(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an entry owns of the spec."""
    found: Mapping[str, Any] = (entry.get("fieldsV1") or {}).get("f:spec") or {}
    return found


def _leaves(fields: Mapping[str, Any], path: str) -> Iterator[str]:
    """The paths of a field set: f:replicas is spec.replicas, and an item of a list is named by its key."""
    inner = {key: value for key, value in fields.items() if key != "."}
    # Of a whole item of a list its own fields tell nothing more.
    if not inner or ("." in fields and path.endswith("]")):
        yield path
        return
    for key, value in inner.items():
        kind, _, name = key.partition(":")
        yield from _leaves(value, f"{path}.{name}" if kind == "f" else f"{path}[{_item(name)}]")


def _item(key: str) -> str:
    """`{"name":"registry"}` as registry."""
    return key.removeprefix('{"name":"').removesuffix('"}')

"""Objects of the release that another controller, HelmRelease, or Kustomization changes too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.field_managers import FieldChange, list_changes
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command
from registry_gitops.cluster.status.live_objects import RELEASE_LABELS, Object, Reference
from registry_gitops.cluster.status.snapshot import (
    DRIFT_CORRECTED,
    KUSTOMIZATION_LABELS,
    WORKLOADS,
    Snapshot,
    list_inventory,
)
from registry_gitops.findings import Severity

_MANY: Final = 3
"""Corrections of drift within the time that events are kept, from which on something repeats the change."""
_RECENT: Final = timedelta(minutes=30)
_CORRECTED: Final = re.compile(r"([A-Za-z]\w*)/([\w.-]+)/([\w.:-]+) (?:configured|created)", re.IGNORECASE)
"""An object in the message of helm-controller about a correction."""
_REPLICAS: Final = "/spec/replicas"


def shared_with_release(snapshot: Snapshot) -> Iterator[Cause]:
    """Another HelmRelease has the same objects, or the same Helm release."""
    release = snapshot.release
    if release is None:
        return
    if shared := next(_list_shared(snapshot, release), None):
        yield _shared(release, *shared, is_fatal=snapshot.workload is None)
        return
    for other in snapshot.of_kinds("HelmRelease"):
        if other is not release and _helm_release(other) == _helm_release(release):
            namespace, name = _helm_release(release)
            yield new_cause(
                CauseId.CHANGED_BY_CONTROLLER,
                release,
                f"HelmRelease {other.name} has the same Helm release, {namespace}/{name}: each undoes the other",
                f"remove one of the two from Git, or set `release.releaseName` of one; {RENDER}; then "
                f"{reconcile_command(release, '--force')}, because Helm deletes the objects of the one that is removed",
                severity=Severity.WARNING,
            )
            return


def _list_shared(snapshot: Snapshot, release: Object) -> Iterator[tuple[Reference, Reference]]:
    """Yield the objects of the release that another one has too, with that release."""
    created = [item for item in list_inventory(release) if item.namespace]
    for thing in filter(None, map(snapshot.find, created)):
        if (owner := _owner(thing)) and owner != release.reference:
            yield thing.reference, owner
    for other in snapshot.of_kinds("HelmRelease"):
        common = set(created) & set(list_inventory(other))
        if common and other is not release:
            yield min(common, key=lambda item: (item.kind not in WORKLOADS, str(item))), other.reference


def _owner(thing: Object) -> Reference | None:
    """Return the HelmRelease whose labels helm-controller has put on an object."""
    name, namespace = (thing.labels.get(f"{RELEASE_LABELS}/{key}") for key in ("name", "namespace"))
    return Reference("HelmRelease", namespace, name) if name and namespace else None


def _shared(release: Object, about: Reference, owner: Reference, *, is_fatal: bool) -> Cause:
    return new_cause(
        CauseId.CHANGED_BY_CONTROLLER,
        about,
        f"the {about.kind} {about.name} belongs to {owner} too: each of the two overwrites what the other applies",
        "remove one of the two HelmReleases from Git, or give its objects other names (`values.fullnameOverride`); "
        f"{RENDER}; then {reconcile_command(release, '--force')}, because Helm deletes the objects of the one that is "
        "removed",
        evidence=f"it is in the inventories of {release.reference} and of {owner}",
        severity=Severity.ERROR if is_fatal else Severity.WARNING,
    )


def _helm_release(release: Object) -> tuple[str, str]:
    """Return namespace and name of the release in Helm's storage."""
    namespace = release.text("spec.storageNamespace") or release.namespace
    prefix = f"{release.text('spec.targetNamespace')}-" if release.text("spec.targetNamespace") else ""
    return namespace, release.text("spec.releaseName") or f"{prefix}{release.name}"


def shared_with_kustomization(snapshot: Snapshot) -> Iterator[Cause]:
    """A Kustomization applies an object of the release too."""
    for thing in snapshot.release_objects():
        labels = (thing.labels.get(f"{KUSTOMIZATION_LABELS}/{key}") for key in ("namespace", "name"))
        managers = {entry.get("manager") for entry in thing.items("metadata.managedFields")}
        if "kustomize-controller" in managers and (reference := "/".join(filter(None, labels))):
            yield new_cause(
                CauseId.CHANGED_BY_CONTROLLER,
                thing,
                f"Kustomization {reference} applies the {thing.kind} {thing.name} too, and may overwrite or delete it",
                f"remove the {thing.kind} from the directory of that Kustomization; "
                "set its annotation `kustomize.toolkit.fluxcd.io/prune: disabled` first, so that it is not deleted",
                severity=Severity.WARNING,
            )
            return


def applied_in_turn(snapshot: Snapshot) -> Iterator[Cause]:
    """Two Kustomizations apply the HelmRelease in turn: its history has two configurations."""
    release, writers = snapshot.release, snapshot.writers_of_release
    if release is None or not snapshot.is_upgraded_in_turn or len(writers) < 2:
        return
    names = " and ".join(f"Kustomization {writer.namespace}/{writer.name}" for writer in writers)
    yield new_cause(
        CauseId.CHANGED_BY_CONTROLLER,
        release,
        f"{names} apply the HelmRelease in turn, in two configurations",
        "remove the HelmRelease from the directory of one of them; set its annotation "
        "`kustomize.toolkit.fluxcd.io/prune: disabled` first, so that it is not deleted",
        evidence=f"it is in the inventory of each: {', '.join(str(writer.reference) for writer in writers)}",
        severity=Severity.WARNING,
    )


def scaled_by_controller(snapshot: Snapshot) -> Iterator[Cause]:
    """A controller scaled the workload to 0, or an autoscaler and Flux both set the number of Pods."""
    release, workload, autoscaler = snapshot.release, snapshot.workload, snapshot.autoscaler
    if release is None or workload is None:
        return
    if snapshot.is_scaled_to_zero_by_others and (who := find_scaler(snapshot)):
        yield new_cause(
            CauseId.CHANGED_BY_CONTROLLER,
            workload,
            f"{who} scaled the {workload.kind} to 0: no Pod answers clients",
            f"let {who} keep at least one Pod: nothing starts one when a client connects",
            evidence=f"spec.replicas is 0, and `values.replicaCount` is {_wanted(release)}",
        )
    elif autoscaler and not autoscaler.belongs_to(release) and _undoes_replicas(release, snapshot):
        low, high = autoscaler.number("spec.minReplicas", 1), autoscaler.number("spec.maxReplicas")
        yield new_cause(
            CauseId.CHANGED_BY_CONTROLLER,
            workload,
            f"{_describe_autoscaler(autoscaler)} and Flux both set the number of Pods: each undoes the other",
            "add `/spec/replicas` to the `paths` of `release.driftDetection.ignore`, or replace that autoscaler by "
            f"`values.autoscaling.enabled: true`; {RENDER}",
            evidence=f"{autoscaler} scales to {low} to {high} Pods, and `values.replicaCount` is {_wanted(release)}",
            severity=Severity.WARNING,
        )


def find_scaler(snapshot: Snapshot) -> str:
    """Return the autoscaler, or another controller, that sets the number of Pods; "" if none is known."""
    if snapshot.autoscaler:
        return _describe_autoscaler(snapshot.autoscaler)
    changes = list_changes(snapshot.workload) if snapshot.workload else []
    names = [change.manager for change in changes if "spec.replicas" in change.fields and not change.is_manual]
    return f"the controller {names[0]}" if names else ""


def _describe_autoscaler(autoscaler: Object) -> str:
    for owner in autoscaler.items("metadata.ownerReferences"):
        if owner.get("kind") == "ScaledObject":
            return f"KEDA (ScaledObject {owner.get('name')})"
    return f"HorizontalPodAutoscaler {autoscaler.name}"


def _wanted(release: Object) -> int:
    return release.number("spec.values.replicaCount", 1)


def _undoes_replicas(release: Object, snapshot: Snapshot) -> bool:
    """Return whether Flux sets the number of Pods again when another changes it."""
    ignored = {path for rule in release.items("spec.driftDetection.ignore") for path in rule.get("paths") or ()}
    is_enabled = release.text("spec.driftDetection.mode") == "enabled"
    return is_enabled and not snapshot.has_chart_autoscaler and not ignored & {_REPLICAS, ""}


def corrected_again(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux undoes a change again and again."""
    release = snapshot.release
    if release is None or (snapshot.autoscaler and not snapshot.autoscaler.belongs_to(release)):
        return
    if not is_corrected_again(snapshot):
        return
    events = [event for event in snapshot.drift_events if event.reason == DRIFT_CORRECTED]
    match = _CORRECTED.search(events[0].message)
    about = Reference(*match.groups()) if match else release.reference
    thing = snapshot.find(about) if match else None
    what = f"{about.kind.lower()} {about.name} -n {about.namespace}"
    writers = " and ".join(change.manager for change in (list_changes(thing) if thing else ()))
    who = f"{writers} changes" if writers else "something changes"
    yield new_cause(
        CauseId.CHANGED_BY_CONTROLLER,
        about,
        f"{who} the {about.kind} again and again, and Flux undoes it each time",
        f"find who it is: `kubectl get {what} -o yaml --show-managed-fields` lists the managers of its fields; "
        f"then stop it, or ignore its fields in `release.driftDetection.ignore`; {RENDER}",
        evidence=f"{sum(event.count for event in events)} times: {events[0].message}",
        since=events[0].last,
        severity=Severity.WARNING,
    )


def is_corrected_again(snapshot: Snapshot) -> bool:
    """Return whether Flux has undone changes so often, and so lately, that something repeats them."""
    events = [event for event in snapshot.drift_events if event.reason == DRIFT_CORRECTED]
    is_recent = bool(events) and snapshot.read_at - events[0].last < _RECENT
    return is_recent and sum(event.count for event in events) >= _MANY


def set_by_controller(snapshot: Snapshot) -> Iterator[Cause]:
    """Another controller owns fields of the spec of an object, and Flux does not undo it."""
    for thing in snapshot.release_objects():
        changes = [change for change in list_changes(thing) if not change.is_manual and not _is_scaling(change)]
        if changes:
            yield new_cause(
                CauseId.CHANGED_BY_CONTROLLER,
                thing,
                f"the controller {changes[0].manager} changes the {thing.kind} too",
                "decide which of the two is to set these fields: remove them from registry.yaml, or stop that "
                f"controller from changing this {thing.kind}",
                evidence="; ".join(map(str, changes)),
                since=changes[0].time,
                severity=Severity.WARNING,
            )


def _is_scaling(change: FieldChange) -> bool:
    """Return whether it is only about the number of Pods, which `scaled_by_controller` explains where it matters."""
    return change.fields == ("spec.replicas",)


CAUSES: Final[tuple[FindCause, ...]] = (
    shared_with_release,
    shared_with_kustomization,
    applied_in_turn,
    scaled_by_controller,
    corrected_again,
    set_by_controller,
)

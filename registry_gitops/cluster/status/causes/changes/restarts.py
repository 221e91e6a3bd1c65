"""Pods that may run with another configuration than Flux applied: a registry reads it only at its start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.field_managers import FLUX, list_changes
from registry_gitops.cluster.status.live_objects import Object, list_containers, parse_time
from registry_gitops.cluster.status.snapshot import DRIFT_CORRECTED, Snapshot
from registry_gitops.findings import Severity

_ROUNDING: Final = timedelta(seconds=2)
"""Times of managedFields are whole seconds."""
_ROLLOUT_TIME: Final = timedelta(seconds=5)
"""A Pod that was created later than this after its ReplicaSet replaced another one."""


def restart_needed(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux put a ConfigMap back after a Pod started that can have read the changed one."""
    workload = snapshot.workload
    if workload is None or snapshot.is_rolling_out:
        return
    names = _list_config_maps(workload)
    for config_map in snapshot.release_objects("ConfigMap"):
        corrected = _corrected_at(config_map, snapshot)
        if config_map.name not in names or corrected is None or list_changes(config_map):
            continue
        for pod in snapshot.pods:
            started = _restarted_at(pod, snapshot)
            if started and started <= corrected:
                yield _may_run_old(workload, pod, config_map, started, corrected)
                return


def _may_run_old(workload: Object, pod: Object, config_map: Object, started: datetime, corrected: datetime) -> Cause:
    return new_cause(
        CauseId.RESTART_NEEDED,
        pod,
        f"the Pod may run with another configuration than that of Git: it started before Flux put the ConfigMap "
        f"{config_map.name} back",
        f"restart it: {restart_command(workload)}",
        evidence=f"the container started at {started:%Y-%m-%dT%H:%M:%SZ}, and Flux undid a change of the ConfigMap at "
        f"{corrected:%Y-%m-%dT%H:%M:%SZ}",
        since=corrected,
        severity=Severity.WARNING,
    )


def restart_command(workload: Object) -> str:
    """Return the command, in backquotes, that replaces the Pods."""
    return f"`kubectl rollout restart {workload.kind.lower()}/{workload.name} -n {workload.namespace}`"


def runs_with_edit(config_map: Object, snapshot: Snapshot) -> bool:
    """Return whether a container started after somebody changed a ConfigMap that it reads."""
    if snapshot.workload is None or config_map.name not in _list_config_maps(snapshot.workload):
        return False
    times = [change.time for change in list_changes(config_map) if change.time]
    starts = [container.started for pod in snapshot.pods for container in list_containers(pod) if container.started]
    return bool(times and starts) and max(starts) > max(times)


def _corrected_at(config_map: Object, snapshot: Snapshot) -> datetime | None:
    """Return when Flux last wrote a ConfigMap although neither chart nor values had changed: it undid a change."""
    entries = [entry for entry in config_map.items("metadata.managedFields") if entry.get("manager") in FLUX]
    times = [time for time in (parse_time(entry.get("time")) for entry in entries) if time]
    corrected = [time for time in times if snapshot.release and not _was_changed_in_git(time, snapshot.release)]
    named = re.compile(rf"ConfigMap/{re.escape(config_map.namespace)}/{re.escape(config_map.name)}(?![\w.-])")
    events = [event for event in snapshot.drift_events if event.reason == DRIFT_CORRECTED]
    corrected += [event.last for event in events if named.search(event.message)]
    return max(corrected, default=None)


def _was_changed_in_git(time: datetime, release: Object) -> bool:
    """Return whether a new chart or new values explain what Flux wrote at a time: no correction or forced upgrade."""
    released = release.condition("Released").since
    if released is None or time > released + _ROUNDING:
        return released is None
    history = [item for item in map(Object, release.items("status.history")) if _deployed(item, time)]
    if len(history) < 2:
        return True
    keys = ("configDigest", "chartVersion", "chartName")
    return any(history[0].text(key) != history[1].text(key) for key in keys)


def _deployed(item: Object, time: datetime) -> bool:
    """Return whether Helm began a deployment before a time."""
    began = parse_time(item.text("lastDeployed"))
    return began is not None and began <= time


def _restarted_at(pod: Object, snapshot: Snapshot) -> datetime | None:
    """Return when the first container started, if that was later than the rollout of its ReplicaSet."""
    container = next(iter(list_containers(pod)), None)
    owner = next(filter(pod.is_owned_by, snapshot.of_kinds("ReplicaSet", "StatefulSet")), None)
    if container is None or container.started is None or owner is None:
        return None
    began = container.started if container.restarts else pod.created
    return container.started if began and owner.created and began > owner.created + _ROLLOUT_TIME else None


def _list_config_maps(workload: Object) -> set[str]:
    """Return the names of the ConfigMaps that the Pod template mentions."""
    return set(_find_names(workload.map("spec.template.spec")))


def _find_names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _find_names(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("configMap", "configMapRef", "configMapKeyRef") and isinstance(inner, dict):
                yield str(inner.get("name", ""))
            yield from _find_names(inner)


CAUSES: Final[tuple[FindCause, ...]] = (restart_needed,)

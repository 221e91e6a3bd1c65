"""State: a deployment in trouble as users reported it, and what `status` must say about it.

A state is a snapshot that was recorded from a real cluster, with the changes that the report shows: functions of a
snapshot, which `changed` applies in their order.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from registry_gitops.cluster.status import Snapshot
from registry_gitops.cluster.status.live_objects import Object
from tests.cluster.deployments import load_snapshot, with_change, without_kinds

Change = Callable[[Snapshot], Snapshot]


@dataclass(frozen=True)
class State:
    """One state. Its message and remedy are those of the first cause."""

    title: str
    """The state in a few words, as a heading has it."""

    report: str
    """URL of a public report, or of the source that writes the message; "" for a recorded state without one."""

    snapshot: Snapshot

    causes: tuple[str, ...]
    """Ids of all causes, the root first; those of warnings too."""

    says: tuple[str, ...] = ()
    """Words of the message or the evidence."""

    remedy: tuple[str, ...] = ()
    """Words of the remedy."""

    never: tuple[str, ...] = ()
    """Words that would send a user the wrong way: no part of the text has them."""

    ready: bool = False
    """Whether the deployment is ready, so that its causes are warnings."""

    recording: str = ""
    """Name of the snapshot, if a real cluster was in this state when it was recorded."""


def recorded(name: str, title: str, *causes: str, report: str = "", **expected: Any) -> State:
    """Return the state that a real cluster was in: snapshots/NAME.json as it is."""
    return State(title, report, load_snapshot(name), causes, recording=name, **expected)


def changed(base: str, *changes: Change) -> Snapshot:
    """Return a recorded snapshot after some changes."""
    snapshot = load_snapshot(base)
    for change in changes:
        snapshot = change(snapshot)
    return snapshot


def edit(kind: str, function: Callable[[dict[str, Any]], object], name: str = "") -> Change:
    """Change each object of a kind, or the one of that name, by a function of its JSON."""
    return lambda snapshot: with_change(snapshot, kind, function, name)


def without(*kinds: str) -> Change:
    """Remove all objects of some kinds."""
    return lambda snapshot: without_kinds(snapshot, *kinds)


def add(*objects: Mapping[str, Any]) -> Change:
    """Add objects."""
    return lambda snapshot: replace(snapshot, objects=(*snapshot.objects, *map(Object, copy.deepcopy(objects))))


def condition(
    kind: str,
    reason: str,
    message: str,
    *,
    type_: str = "Ready",
    status: str = "False",
    ago: float = 60,
    alone: bool = False,
) -> Change:
    """Set a condition of all objects of a kind, `ago` seconds before the reading; `alone` removes the others."""

    def change(snapshot: Snapshot) -> Snapshot:
        def set_(data: dict[str, Any]) -> None:
            state = data.setdefault("status", {})
            kept = [] if alone else [item for item in state.get("conditions", ()) if item["type"] != type_]
            new = {
                "type": type_,
                "status": status,
                "reason": reason,
                "message": message,
                "lastTransitionTime": (snapshot.read_at - timedelta(seconds=ago)).isoformat(),
                "observedGeneration": data["metadata"].get("generation", 1),
            }
            state["conditions"] = [*kept, new]

        return edit(kind, set_)(snapshot)

    return change


def event(
    kind: str, reason: str, message: str, *, ago: float = 10, count: int = 3, type_: str = "Warning", name: str = ""
) -> Change:
    """Add an event about the first object of a kind, or about the one of that name."""

    def change(snapshot: Snapshot) -> Snapshot:
        about = next(thing for thing in snapshot.objects if thing.kind == kind and name in ("", thing.name))
        when = (snapshot.read_at - timedelta(seconds=ago)).isoformat()
        new = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"event-{len(snapshot.objects)}", "namespace": about.namespace},
            "type": type_,
            "reason": reason,
            "message": message,
            "count": count,
            "firstTimestamp": when,
            "lastTimestamp": when,
            "involvedObject": {"kind": kind, "name": about.name, "namespace": about.namespace, "uid": about.uid},
        }
        return add(new)(snapshot)

    return change


def later(seconds: float) -> Change:
    """Read the cluster so many seconds later."""
    return lambda snapshot: replace(snapshot, read_at=snapshot.read_at + timedelta(seconds=seconds))


def log(text: str, *, container: str = "registry") -> Change:
    """Set the log of a container of the newest Pod."""
    return lambda snapshot: replace(snapshot, logs={f"{snapshot.all_pods[0].name}/{container}": text})


def waiting(reason: str, message: str = "", *, container: int = 0) -> Change:
    """Let a container of all Pods wait, so that no Pod is ready."""

    def change(data: dict[str, Any]) -> None:
        state = data["status"]["containerStatuses"][container]
        state.update(ready=False, started=False, state={"waiting": {"reason": reason, "message": message}})
        for item in data["status"].get("conditions", ()):
            if item["type"] in ("Ready", "ContainersReady"):
                item["status"] = "False"

    return edit("Pod", change)


def replicas(available: int, wanted: int = 1) -> Change:
    """Set the counts of the workload, so that a rollout is in progress or stuck."""

    def change(data: dict[str, Any]) -> None:
        data["spec"]["replicas"] = wanted
        data["status"].update(availableReplicas=available, readyReplicas=available, updatedReplicas=wanted)

    return edit("Deployment", change)


def upgrade_failed(message: str, *, reason: str = "UpgradeFailed", ago: float = 60) -> Change:
    """Let helm-controller report that Helm failed, as it does: Ready and Released are False."""

    def change(snapshot: Snapshot) -> Snapshot:
        for type_ in ("Ready", "Released"):
            snapshot = condition("HelmRelease", reason, message, type_=type_, ago=ago)(snapshot)
        return snapshot

    return change

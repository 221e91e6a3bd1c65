"""Snapshots of deployments on a real cluster, and functions that change one thing in a snapshot.

Each file in snapshots/ was read by `registry_gitops.cluster.status.read_snapshot` from Kubernetes 1.36 with Flux, where
the deployment was broken on purpose. Names were replaced by the usual ones, and unused fields were removed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from registry_gitops.cluster.status import Snapshot
from registry_gitops.cluster.status.live_objects import Object

FOLDER: Final = Path(__file__).parent / "snapshots"
NAMES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))


def load_snapshot(name: str) -> Snapshot:
    """Return the snapshot in the file of that name."""
    found = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return Snapshot(
        found["namespace"],
        found["name"],
        datetime.fromisoformat(found["read_at"]),
        tuple(map(Object, found["objects"])),
        found["logs"],
        tuple(found["forbidden_kinds"]),
        found["has_flux"],
    )


def with_each_changed(snapshot: Snapshot, change: Callable[[dict[str, Any]], object]) -> Snapshot:
    """Return the snapshot after `change` of each object."""
    return replace(snapshot, objects=tuple(_changed(thing, change) for thing in snapshot.objects))


def with_change(snapshot: Snapshot, kind: str, change: Callable[[dict[str, Any]], object], name: str = "") -> Snapshot:
    """Return the snapshot after `change` of each object of a kind, or of the one of that name."""

    def is_meant(thing: Object) -> bool:
        return thing.data.get("kind") == kind and name in ("", thing.data["metadata"]["name"])

    objects = (_changed(thing, change) if is_meant(thing) else thing for thing in snapshot.objects)
    return replace(snapshot, objects=tuple(objects))


def _changed(thing: Object, change: Callable[[dict[str, Any]], object]) -> Object:
    data = copy.deepcopy(dict(thing.data))
    change(data)
    return Object(data)


def without_kinds(snapshot: Snapshot, *kinds: str) -> Snapshot:
    """Return the snapshot without objects of these kinds."""
    return replace(snapshot, objects=tuple(each for each in snapshot.objects if each.kind not in kinds))


def with_event(snapshot: Snapshot, about: str, reason: str, message: str) -> Snapshot:
    """Return the snapshot with a warning event about the first object of a kind."""
    thing = next(each for each in snapshot.objects if each.kind == about)
    event = {
        "kind": "Event",
        "metadata": {"name": "warning", "namespace": thing.namespace},
        "type": "Warning",
        "reason": reason,
        "message": message,
        "count": 1,
        "lastTimestamp": snapshot.read_at.isoformat(),
        "involvedObject": {"kind": about, "name": thing.name, "uid": thing.uid},
    }
    return replace(snapshot, objects=(*snapshot.objects, Object(event)))

"""Several registries of one cluster, each in its namespace."""

from __future__ import annotations

import json
from dataclasses import replace

from registry_gitops.cluster.status import Snapshot, StatusList, assess
from registry_gitops.cluster.status.live_objects import Object

from .deployments import load_snapshot

FLEET = {"blue": "ready", "green": "image-not-pulled", "red": "edited-by-hand"}
"""Namespace -> what was recorded of its registry."""


def in_namespace(name: str, namespace: str) -> Snapshot:
    """A recorded snapshot whose registry is in another namespace, and so are the objects of Flux."""

    def move(thing: Object) -> Object:
        text = json.dumps(dict(thing.data)).replace("flux-system", f"flux-{namespace}")
        for key in ("namespace", "helm.toolkit.fluxcd.io/namespace"):
            text = text.replace(f'"{key}": "docker-registry"', f'"{key}": "{namespace}"')
        return Object(json.loads(text.replace('"id": "docker-registry_', f'"id": "{namespace}_')))

    snapshot = load_snapshot(name)
    return replace(snapshot, namespace=namespace, objects=tuple(map(move, snapshot.objects)))


def statuses() -> StatusList:
    items = tuple(assess(in_namespace(name, namespace)) for namespace, name in FLEET.items())
    return StatusList(read_at=items[0].read_at, items=items)

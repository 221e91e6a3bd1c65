"""Record what `status` reads of a registry, for the tests without a cluster: with RECORD_SNAPSHOTS=1, stories do.

`python -m tests.e2e.recording NAMESPACE NAME` records HelmRelease docker-registry of a namespace of the cluster that
KUBECONFIG leads to.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.status import Snapshot, read_snapshot
from registry_gitops.cluster.status.live_objects import Object
from tests.cluster.deployments import FOLDER
from tests.e2e.fleet import Fleet

RELEASE: Final = "docker-registry"

_MANAGED: Final = {
    *("Deployment", "StatefulSet", "Service", "ConfigMap", "PersistentVolumeClaim", "Ingress"),
    *("NetworkPolicy", "ServiceAccount"),
}
"""Kinds whose managedFields show who changed them."""

_UNUSED: Final = {"Node": ("images", "nodeInfo", "daemonEndpoints", "features", "runtimeHandlers")}
"""Kind -> large parts of its status that nothing reads."""


def record(fleet: Fleet, name: str, namespace: str = "") -> None:
    """Write tests/cluster/snapshots/NAME.json of a registry of the fleet, with the usual names."""
    if os.environ.get("RECORD_SNAPSHOTS"):
        read = namespace or fleet.namespace
        usual = {fleet.url: "https://git.example.com/fleet.git", read: RELEASE, fleet.name: RELEASE}
        if fleet.cluster.bed:
            usual[str(fleet.cluster.bed)] = "/var/lib/bed"
        write_snapshot(read_snapshot(Kubectl(), read, RELEASE), name, usual)


def write_snapshot(snapshot: Snapshot, name: str, usual: Mapping[str, str]) -> None:
    """Write a snapshot to a file. `usual` has words of this cluster, and those to write for them."""
    written = {
        "namespace": snapshot.namespace,
        "name": snapshot.name,
        "read_at": snapshot.read_at.isoformat(),
        "objects": [_pruned(thing) for thing in snapshot.objects if _is_about(thing, snapshot)],
        "logs": dict(snapshot.logs),
        "forbidden_kinds": list(snapshot.forbidden_kinds),
        "has_flux": snapshot.has_flux,
    }
    text = format_snapshot(written)
    for ours, theirs in usual.items():
        text = text.replace(ours, theirs)
    (FOLDER / f"{name}.json").write_text(text, "utf-8")


def format_snapshot(written: Mapping[str, Any]) -> str:
    """Return a snapshot as JSON with one line for each object."""
    objects = ",\n".join(json.dumps(thing, ensure_ascii=False) for thing in written["objects"])
    rest = json.dumps({**written, "objects": []}, ensure_ascii=False)
    return rest.replace('"objects": []', f'"objects": [\n{objects}\n]') + "\n"


def _is_about(thing: Object, snapshot: Snapshot) -> bool:
    """Return whether an object is not one that each namespace has, or the volume of somebody else."""
    if thing.kind == "PersistentVolume":
        return thing.text("spec.claimRef.namespace") == snapshot.target_namespace
    return thing.name != "kube-root-ca.crt"


def _pruned(thing: Object) -> dict[str, Any]:
    """Return an object without what no cause looks at."""
    data = {**thing.data, "metadata": {**thing.map("metadata")}}
    data["metadata"].pop("resourceVersion", None)
    if thing.kind not in _MANAGED:
        data["metadata"].pop("managedFields", None)
    if unused := _UNUSED.get(thing.kind):
        data["status"] = {key: value for key, value in thing.map("status").items() if key not in unused}
    return data


if __name__ == "__main__":
    write_snapshot(read_snapshot(Kubectl(), sys.argv[1], RELEASE), sys.argv[2], {sys.argv[1]: RELEASE})

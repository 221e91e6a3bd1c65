"""A StatefulSet that deletes its claims with itself becomes one of our Deployments, on the claim of its first Pod.

Its manifests share one file, and a kustomization lists them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.e2e.bed.images import REGISTRY
from tests.e2e.cluster import Object
from tests.e2e.fleet import Fleet
from tests.e2e.moves import import_registry, move_during_pushes, wait_until_serving
from tests.e2e.pushes import repository
from tests.e2e.status import ready_without_causes
from tests.support.oci_content import Blob

OLD = "apps/old"
CLAIM = "data-docker-registry-0"
LABELS = {"app": "registry"}


def manifests(namespace: str) -> list[dict[str, Any]]:
    """What people write by hand."""
    metadata = {"name": "docker-registry", "namespace": namespace}
    container = {
        "name": "registry",
        "image": REGISTRY[0],
        "ports": [{"containerPort": 5000}],
        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/registry"}],
    }
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    workload = {
        "serviceName": "docker-registry",
        "selector": {"matchLabels": LABELS},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Retain"},
        "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
    }
    service = {"selector": LABELS, "ports": [{"name": "http", "port": 5000}]}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**metadata, "name": "other"}},
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": workload},
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
    ]


def claim_of(fleet: Fleet) -> Object:
    """The claim of the first Pod."""
    found = fleet.cluster.get("pvc", CLAIM, fleet.namespace)
    assert found is not None
    return found


def test_images_are_pushed_to_a_stateful_set(fleet: Fleet, pushed: Blob) -> None:
    folder = fleet.tree / OLD
    folder.mkdir(parents=True)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fleet.namespace}}
    (fleet.tree / "apps" / "namespace.yaml").write_text(yaml.safe_dump(namespace))
    (folder / "all.yaml").write_text(yaml.safe_dump_all(manifests(fleet.namespace)))
    (folder / "kustomization.yaml").write_text("resources:\n  - all.yaml\n")
    (fleet.tree / "apps" / "kustomization.yaml").write_text("resources:\n  - namespace.yaml\n  - old\n")
    fleet.push("Add a registry by hand")
    fleet.follow()
    wait_until_serving(fleet, "statefulset")
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")


def test_nothing_acknowledged_is_lost_while_it_moves(fleet: Fleet, tmp_path: Path, pushed: Blob) -> None:
    claim = claim_of(fleet)
    printed = import_registry(fleet, OLD)
    move_during_pushes(fleet, printed, tmp_path / "programs")
    assert claim_of(fleet)["metadata"]["uid"] == claim["metadata"]["uid"]
    with fleet.cluster.forward(fleet.namespace) as address:
        assert repository(address).lacks(pushed) == []


def test_what_shared_the_file_stays_and_the_kustomization_lists_the_registry(fleet: Fleet) -> None:
    assert fleet.cluster.get("statefulset", "docker-registry", fleet.namespace) is None
    assert fleet.cluster.get("configmap", "other", fleet.namespace)
    kept = [each["kind"] for each in yaml.safe_load_all((fleet.tree / OLD / "all.yaml").read_text())]
    assert kept == ["ConfigMap"]
    listed = yaml.safe_load((fleet.tree / OLD / "kustomization.yaml").read_text())["resources"]
    assert listed == ["../docker-registry", "all.yaml"]
    ready_without_causes(fleet)

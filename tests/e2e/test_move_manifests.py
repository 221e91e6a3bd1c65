"""A registry of plain manifests, as root, becomes one of ours: on the same claim, behind the same Service."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.bed.images import REGISTRY
from tests.e2e.fleet import FOLDER, Fleet
from tests.e2e.moves import PrintedMove, import_registry, move_during_pushes, run_commands, wait_until_serving
from tests.e2e.pushes import Pushes, repository
from tests.e2e.status import ready_without_causes
from tests.support.oci_content import Blob

OLD = "apps/old"
CLAIM = "registry-data"
LABELS = {"app": "registry"}
DIRECTORY = "teams/images"
"""Where on the volume the images are, next to what others may keep there."""


def manifests(namespace: str) -> dict[str, dict[str, Any]]:
    """What people write by hand: file -> object."""
    here = {"namespace": namespace}
    container = {
        "name": "registry",
        "image": REGISTRY[0],
        "ports": [{"containerPort": 5000}],
        "env": [{"name": "REGISTRY_STORAGE_DELETE_ENABLED", "value": "true"}],
        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/registry", "subPath": DIRECTORY}],
    }
    pod = {
        "containers": [container],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": CLAIM}}],
    }
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    template = {"metadata": {"labels": LABELS}, "spec": pod}
    return {
        "namespace": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        "claim": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": CLAIM, **here},
            "spec": claim,
        },
        "deployment": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "docker-registry", **here, "labels": LABELS},
            "spec": {"selector": {"matchLabels": LABELS}, "strategy": {"type": "Recreate"}, "template": template},
        },
        "service": {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "docker-registry", **here},
            "spec": {"selector": LABELS, "type": "NodePort", "ports": [{"name": "http", "port": 5000}]},
        },
    }


def service(fleet: Fleet) -> dict[str, Any]:
    found = fleet.cluster.get("service", "docker-registry", fleet.namespace)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def printed(fleet: Fleet) -> PrintedMove:
    """The move, imported once the old registry runs."""
    return import_registry(fleet, OLD)


def test_images_are_pushed_to_a_registry_of_plain_manifests(fleet: Fleet, pushed: Blob) -> None:
    folder = fleet.tree / OLD
    folder.mkdir(parents=True)
    for name, manifest in manifests(fleet.namespace).items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(manifest))
    fleet.push("Add a registry by hand")
    fleet.follow()

    wait_until_serving(fleet, "deployment")
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")


def test_the_cluster_and_the_files_say_the_same(fleet: Fleet) -> None:
    for folder, source in (("live", ("--cluster", "-n", fleet.namespace)), ("file", (OLD,))):
        fleet.cli("import", *source, "--output-dir", folder)
    live, file = (yaml.safe_load((fleet.tree / folder / "registry.yaml").read_text()) for folder in ("live", "file"))
    node_port = live["values"]["service"].pop("nodePorts")
    assert node_port == {"http": service(fleet)["spec"]["ports"][0]["nodePort"]}
    for key in ("ipFamilies", "externalTrafficPolicy"):
        live["values"]["service"].pop(key, None)
    assert live["values"] == file["values"]
    for folder in ("live", "file"):
        shutil.rmtree(fleet.tree / folder)


def test_nothing_acknowledged_is_lost_while_it_moves(fleet: Fleet, tmp_path: Path, printed: PrintedMove) -> None:
    address = service(fleet)["spec"]
    move_during_pushes(fleet, printed, tmp_path / "programs")
    moved = service(fleet)["spec"]
    assert [moved[key] for key in ("clusterIP", "type")] == [address[key] for key in ("clusterIP", "type")]
    assert moved["ports"][0]["nodePort"] == address["ports"][0]["nodePort"]


def test_images_from_before_are_pulled_from_the_new_registry(fleet: Fleet, pushed: Blob) -> None:
    with fleet.cluster.forward(fleet.namespace) as address:
        there = repository(address)
        assert "1" in there.tags()
        assert there.lacks(pushed) == []


def test_the_claim_stays_and_what_was_replaced_is_gone(fleet: Fleet) -> None:
    claim = fleet.cluster.get("pvc", CLAIM, fleet.namespace)
    assert claim is not None
    assert claim["status"]["phase"] == "Bound"
    (pod,) = fleet.pods()
    assert pod["spec"]["securityContext"]["fsGroup"] == 1000
    mounts = pod["spec"]["containers"][0]["volumeMounts"]
    assert [each["subPath"] for each in mounts if each["name"] == "data"] == [DIRECTORY]
    assert sorted(path.name for path in (fleet.tree / OLD).iterdir()) == ["claim.yaml"]
    assert (fleet.tree / FOLDER / "helmrelease.yaml").exists()
    ready_without_causes(fleet)


def test_the_way_back_brings_the_old_manifests_back_to_the_same_claim(
    fleet: Fleet, tmp_path: Path, printed: PrintedMove
) -> None:
    address = service(fleet)["spec"]["clusterIP"]
    with Pushes(fleet.cluster, fleet.namespace) as clients:
        clients.go_on()
        run_commands(fleet, printed.rollback, tmp_path / "programs")
        clients.go_on()
    assert clients.lost() == []
    assert service(fleet)["spec"]["clusterIP"] == address
    assert fleet.release() is None
    deployment = fleet.cluster.get("deployment", "docker-registry", fleet.namespace)
    assert deployment is not None
    assert deployment["spec"]["selector"]["matchLabels"] == LABELS

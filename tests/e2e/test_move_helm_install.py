"""A release that somebody installed with Helm becomes one of Flux with our chart, on the same claim; and back again."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.cluster import Object
from tests.e2e.fleet import Fleet
from tests.e2e.moves import PrintedMove, import_registry, move_during_pushes, run_commands
from tests.e2e.pushes import Pushes, repository
from tests.e2e.status import ready_without_causes
from tests.support.oci_content import Blob
from tests.support.tools import tool

NAME = "docker-registry"
PORT = 5000
"""Both charts have it, under another name."""
CHART = Path(__file__).parent / "community_chart"
VALUES = {
    "persistence": {"enabled": True, "size": "1Gi", "deleteEnabled": True},
    "service": {"port": PORT},
    "securityContext": {"enabled": True, "runAsUser": 1000, "fsGroup": 1000},
}


def found(fleet: Fleet, kind: str) -> Object:
    """An object of the release."""
    one = fleet.cluster.get(kind, NAME, fleet.namespace)
    assert one is not None
    return one


def helm(fleet: Fleet, *words: str) -> str:
    """What Helm prints about the namespace of the registry."""
    done = subprocess.run([tool("helm"), "-n", fleet.namespace, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def history(fleet: Fleet) -> list[dict[str, Any]]:
    """The revisions of the release, the oldest first."""
    return list(json.loads(helm(fleet, "history", NAME, "--output", "json")))


@pytest.fixture(scope="module")
def printed(fleet: Fleet) -> PrintedMove:
    """The move, imported once the old registry runs."""
    return import_registry(fleet, "values.yaml", "--release", NAME, "--namespace", fleet.namespace)


def test_images_are_pushed_to_a_registry_that_helm_installed(fleet: Fleet, pushed: Blob) -> None:
    values = fleet.tree / "values.yaml"
    values.write_text(yaml.safe_dump(VALUES))
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other", "namespace": fleet.namespace}}
    helm(fleet, "install", NAME, str(CHART), "--values", str(values), "--create-namespace", "--wait")
    (fleet.tree / "apps").mkdir()
    (fleet.tree / "apps" / "other.yaml").write_text(yaml.safe_dump(other))
    fleet.push("Add what Flux deploys apart from the registry")
    fleet.follow()
    with fleet.cluster.forward(fleet.namespace, PORT) as address:
        repository(address).push(pushed, "1")


def test_what_runs_is_known_to_be_a_release_of_helm(fleet: Fleet, printed: PrintedMove) -> None:
    done = fleet.cli("import", "--cluster", "-n", fleet.namespace, "--output-dir", "live", "--output", "json", code=0)
    report = json.loads(done.out)
    assert report["form"] == "Deployment (apps/v1) of Helm"
    assert report["rollback"] == printed.rollback


def test_nothing_acknowledged_is_lost_while_it_moves(
    fleet: Fleet, tmp_path: Path, printed: PrintedMove, pushed: Blob
) -> None:
    service, claim = found(fleet, "service"), found(fleet, "pvc")
    move_during_pushes(fleet, printed, tmp_path / "programs", PORT)
    assert found(fleet, "service")["spec"]["clusterIP"] == service["spec"]["clusterIP"]
    assert found(fleet, "pvc")["metadata"]["uid"] == claim["metadata"]["uid"]
    assert [each["revision"] for each in history(fleet)] == [1, 2]
    words = ("-n", fleet.namespace, "--show-managed-fields", "--output", "json")
    fields = json.loads(fleet.cluster.kubectl("get", "helmrelease", NAME, *words))["metadata"]["managedFields"]
    owners = {each["manager"] for each in fields if "f:values" in each["fieldsV1"].get("f:spec", {})}
    assert owners == {"kustomize-controller"}
    with fleet.cluster.forward(fleet.namespace) as address:
        assert repository(address).lacks(pushed) == []
    ready_without_causes(fleet)


def test_the_way_back_brings_the_old_revision_back_to_the_same_claim(
    fleet: Fleet, tmp_path: Path, printed: PrintedMove, pushed: Blob
) -> None:
    claim = found(fleet, "pvc")
    with Pushes(fleet.cluster, fleet.namespace, PORT) as clients:
        clients.go_on()
        run_commands(fleet, ["REVISION=1", *printed.rollback], tmp_path / "programs")
        clients.go_on()
    assert clients.lost() == []
    assert fleet.release() is None
    assert found(fleet, "pvc")["metadata"]["uid"] == claim["metadata"]["uid"]
    assert found(fleet, "deployment")["spec"]["selector"]["matchLabels"] == {"app": NAME, "release": NAME}
    assert history(fleet)[-1]["chart"] == "docker-registry-2.2.3"
    with fleet.cluster.forward(fleet.namespace, PORT) as address:
        assert repository(address).lacks(pushed) == []

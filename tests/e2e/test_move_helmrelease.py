"""A HelmRelease of the community's chart becomes one of ours: the same release, on the same claim."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.cluster import Object, is_ready, until
from tests.e2e.fleet import FOLDER, Fleet
from tests.e2e.moves import PrintedMove, import_registry, move_during_pushes, run_commands
from tests.e2e.pushes import Pushes, repository
from tests.e2e.status import ready_without_causes
from tests.support.oci_content import Blob

OLD = "apps/old"
NAME = "docker-registry"
PORT = 5000
"""Both charts have it, under another name."""
CHART = Path(__file__).parent / "community_chart"


def release(fleet: Fleet) -> dict[str, Any]:
    """The HelmRelease of somebody who has the community's chart."""
    source = {"kind": "GitRepository", "name": fleet.name, "namespace": "flux-system"}
    return {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": NAME, "namespace": fleet.namespace},
        "spec": {
            "interval": "1h",
            "chart": {"spec": {"chart": "./charts/docker-registry", "sourceRef": source}},
            "values": {
                "persistence": {"enabled": True, "size": "1Gi", "deleteEnabled": True},
                "service": {"port": PORT},
                "securityContext": {"enabled": True, "runAsUser": 1000, "fsGroup": 1000},
                "secrets": {"haSharedSecret": ""},
            },
        },
    }


def found(fleet: Fleet, kind: str) -> Object:
    """An object of the release."""
    one = fleet.cluster.get(kind, NAME, fleet.namespace)
    assert one is not None
    return one


@pytest.fixture(scope="module")
def printed(fleet: Fleet) -> PrintedMove:
    """The move, imported once the old registry runs."""
    return import_registry(fleet, OLD)


def test_images_are_pushed_to_the_registry_of_the_other_chart(fleet: Fleet, pushed: Blob) -> None:
    shutil.copytree(CHART, fleet.tree / "charts" / "docker-registry")
    folder = fleet.tree / OLD
    folder.mkdir(parents=True)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fleet.namespace}}
    (folder / "namespace.yaml").write_text(yaml.safe_dump(namespace))
    (folder / "helmrelease.yaml").write_text(yaml.safe_dump(release(fleet)))
    fleet.push("Add a registry of the community's chart")
    fleet.follow()
    until("HelmRelease of the community's chart", lambda: is_ready(fleet.release()), 90)
    with fleet.cluster.forward(fleet.namespace, PORT) as address:
        repository(address).push(pushed, "1")


def test_nothing_acknowledged_is_lost_while_it_moves(fleet: Fleet, tmp_path: Path, printed: PrintedMove) -> None:
    service, claim, deployment = (found(fleet, kind) for kind in ("service", "pvc", "deployment"))
    move_during_pushes(fleet, printed, tmp_path / "programs", PORT)
    assert found(fleet, "service")["spec"]["clusterIP"] == service["spec"]["clusterIP"]
    assert found(fleet, "pvc")["metadata"]["uid"] == claim["metadata"]["uid"]
    assert found(fleet, "deployment")["metadata"]["uid"] != deployment["metadata"]["uid"]


def test_images_from_before_are_pulled_from_the_new_registry(fleet: Fleet, pushed: Blob) -> None:
    with fleet.cluster.forward(fleet.namespace) as address:
        there = repository(address)
        assert "1" in there.tags()
        assert there.lacks(pushed) == []


def test_one_release_has_both_revisions_and_keeps_the_claim_when_it_goes(fleet: Fleet) -> None:
    history = fleet.ready()["status"]["history"]
    assert [each["chartName"] for each in history[:2]] == [NAME, NAME]
    assert history[0]["version"] > history[1]["version"]
    assert found(fleet, "pvc")["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    assert not (fleet.tree / OLD).exists()
    assert (fleet.tree / FOLDER / "helmrelease.yaml").exists()
    ready_without_causes(fleet)


def test_the_way_back_brings_the_other_chart_back_to_the_same_claim(
    fleet: Fleet, tmp_path: Path, printed: PrintedMove
) -> None:
    claim = found(fleet, "pvc")
    with Pushes(fleet.cluster, fleet.namespace, PORT) as clients:
        clients.go_on()
        run_commands(fleet, printed.rollback, tmp_path / "programs")
        clients.go_on()
    assert clients.lost() == []
    assert found(fleet, "pvc")["metadata"]["uid"] == claim["metadata"]["uid"]
    assert found(fleet, "deployment")["spec"]["selector"]["matchLabels"] == {"app": NAME, "release": NAME}
    assert (fleet.tree / OLD).exists()

"""The Pod of the registry is deleted, or dies, during pushes: what was acknowledged is there afterwards."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.e2e.bed.node import Node
from tests.e2e.cluster import Cluster, until
from tests.e2e.fleet import Fleet
from tests.e2e.pushes import Pushes

PODS = "app.kubernetes.io/name=docker-registry"


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet) -> None:
    fleet.deploy()


def containers(fleet: Fleet) -> list[str]:
    """Ids of the running containers of the registry."""
    pods = fleet.cluster.select("pod", fleet.namespace, PODS)
    states = [state for pod in pods for state in pod["status"].get("containerStatuses", ())]
    return [state["containerID"].removeprefix("containerd://") for state in states if state["ready"]]


def wait_for_another(fleet: Fleet, before: list[str]) -> None:
    """Wait until one container runs, and none of those."""
    until("other container that runs", lambda: len(now := containers(fleet)) == 1 and now[0] not in before)


@pytest.mark.parametrize("how", [("--wait=false",), ("--grace-period=0", "--force")], ids=["gently", "by-force"])
def test_what_was_acknowledged_survives_the_deletion_of_the_pod(
    fleet: Fleet, cluster: Cluster, how: tuple[str, ...]
) -> None:
    before = containers(fleet)
    with Pushes(cluster, fleet.namespace) as pushes:
        pushes.go_on()
        cluster.kubectl("delete", "pod", "-n", fleet.namespace, "-l", PODS, *how)
        wait_for_another(fleet, before)
        pushes.go_on()
    assert pushes.failures, "no client has noticed anything, so nothing was disturbed"
    assert pushes.lost() == []


@pytest.mark.node
def test_what_was_acknowledged_survives_the_sudden_death_of_the_registry(fleet: Fleet, cluster: Cluster) -> None:
    (before,) = containers(fleet)
    with Pushes(cluster, fleet.namespace) as pushes:
        pushes.go_on()
        Node.of(os.environ["E2E_BED"]).ctr("tasks", "kill", "--signal", "SIGKILL", before)
        wait_for_another(fleet, [before])
        pushes.go_on()
    assert pushes.failures, "no client has noticed anything, so nothing was disturbed"
    assert pushes.lost() == []


def test_smoke_finds_after_a_restart_what_it_pushed_before(fleet: Fleet, cluster: Cluster, tmp_path: Path) -> None:
    before = containers(fleet)
    smoke = ("smoke", "--namespace", fleet.namespace)
    fleet.cli(*smoke, "--before-restart", tmp_path / "state")
    cluster.kubectl("delete", "pod", "-n", fleet.namespace, "-l", PODS, "--wait=false")
    wait_for_another(fleet, before)
    after = ("--after-restart", tmp_path / "state", "--level", "read", "--wait", "30s")
    report = json.loads(fleet.cli(*smoke, *after, "-o", "json").out)
    assert [each["outcome"] for each in report["checks"] if each["id"] == "kept-after-restart"] == ["passed"]

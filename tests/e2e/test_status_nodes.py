"""A node that is not ready, reserved, cordoned, and then lost: `status` says so, and what helps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from registry_gitops.cluster.status import CauseId
from tests.e2e.cluster import Cluster, until
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.recording import record
from tests.e2e.status import cause

pytestmark = pytest.mark.long

NODE = "node-2"
"""A node of which only the objects exist: no kubelet runs."""

ANYWHERE = {"storage": {"type": "inmemory"}, "persistence": {"enabled": False}, "nodeSelector": {"disk": "ssd"}}
"""Values of a registry that needs no volume, and runs on that node only."""


@pytest.fixture(scope="module", autouse=True)
def _node(cluster: Cluster) -> Iterator[None]:
    labels = {"disk": "ssd", "kubernetes.io/hostname": NODE}
    cluster.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": labels}})
    yield
    cluster.kubectl("delete", "node", NODE, "--ignore-not-found")


def report_ready(cluster: Cluster, **conditions: str) -> None:
    """Report the status of the node, as its kubelet would: the node controller takes it for 40 s."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    reported = [
        {"type": type_, "status": status, "reason": "Kubelet", "message": "", "lastHeartbeatTime": now}
        for type_, status in {"Ready": "True", "DiskPressure": "False", **conditions}.items()
    ]
    room = {"cpu": "4", "memory": "4Gi", "pods": "10"}
    status = {"conditions": reported, "capacity": room, "allocatable": room}
    patch = json.dumps({"status": status})
    cluster.kubectl("patch", "node", NODE, "--subresource=status", "--type=merge", f"--patch={patch}")


def taints(cluster: Cluster) -> set[str]:
    found = cluster.get("node", NODE) or {}
    return {taint["key"] for taint in found.get("spec", {}).get("taints", ())}


def test_status_names_the_node_that_is_not_ready(fleet: Fleet) -> None:
    fleet.init()
    fleet.commit("Add a registry for that node", release=IMPATIENT, values=ANYWHERE)
    fleet.follow(wait=False)
    found = cause(fleet, CauseId.NODE_UNAVAILABLE, "untolerated taint")
    assert f"`kubectl describe node {NODE}`" in found.remedy
    assert "tolerations" not in found.remedy
    record(fleet, "node-not-ready")


def test_status_names_the_node_that_is_short_of_disk_space(fleet: Fleet, cluster: Cluster) -> None:
    report_ready(cluster, DiskPressure="True")
    until("taint of the node controller", lambda: "node.kubernetes.io/disk-pressure" in taints(cluster))
    cause(fleet, CauseId.NODE_UNAVAILABLE, "short of disk space")
    record(fleet, "node-disk-pressure")


def test_status_names_the_taint_that_reserves_the_node_and_how_to_tolerate_it(fleet: Fleet, cluster: Cluster) -> None:
    cluster.kubectl("taint", "nodes", NODE, "dedicated=database:NoSchedule")

    def is_reserved_only() -> bool:
        report_ready(cluster)
        return taints(cluster) == {"dedicated"}

    until("removal of the other taints", is_reserved_only)
    found = cause(fleet, CauseId.UNSCHEDULABLE, "reserved by a taint")
    assert '`{key: dedicated, operator: Equal, value: "database"}` to `values.tolerations`' in found.remedy
    record(fleet, "node-reserved")


def test_with_the_toleration_and_without_the_cordon_the_pod_gets_the_node(fleet: Fleet, cluster: Cluster) -> None:
    cluster.kubectl("cordon", NODE)
    toleration = {"key": "dedicated", "operator": "Equal", "value": "database"}
    fleet.commit("Tolerate the taint", values={"tolerations": [toleration]})
    report_ready(cluster)
    found = cause(fleet, CauseId.NODE_UNAVAILABLE, "cordoned")
    assert f"`kubectl uncordon {NODE}`" in found.remedy
    record(fleet, "node-cordoned")
    cluster.kubectl("uncordon", NODE)
    report_ready(cluster)
    until("Pod on the node", lambda: any(pod["spec"].get("nodeName") == NODE for pod in fleet.pods()))


def test_status_names_the_node_that_was_lost_and_without_it_the_pod_is_replaced(fleet: Fleet, cluster: Cluster) -> None:
    found = cause(fleet, CauseId.NODE_UNAVAILABLE, "stopped posting", seconds=120)
    assert f"`kubectl delete node {NODE}`" in found.remedy
    record(fleet, "node-lost")
    (before,) = fleet.pods()
    cluster.kubectl("delete", "node", NODE)
    until("another Pod", lambda: all(pod["metadata"]["uid"] != before["metadata"]["uid"] for pod in fleet.pods()), 120)

"""The node is disturbed during pushes: its kubelet is restarted, and it is drained. What was acknowledged stays."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from registry_gitops.cluster.status import CauseId
from tests.e2e.bed.node import Node
from tests.e2e.cluster import Cluster, until
from tests.e2e.fleet import Fleet
from tests.e2e.pushes import Pushes
from tests.e2e.status import cause

pytestmark = [pytest.mark.node, pytest.mark.disruptive]


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet) -> None:
    fleet.deploy()


@pytest.fixture
def node(cluster: Cluster) -> Iterator[Node]:
    """The node without what other scenarios left, which a drain can refuse to evict; Pods can run on it afterwards."""
    ending = ("get", "namespaces", "--field-selector", "status.phase=Terminating", "-o", "name")
    until("end of the namespaces of other scenarios", lambda: not cluster.kubectl(*ending), seconds=180)
    node = Node.of(os.environ["E2E_BED"])
    yield node
    cluster.kubectl("uncordon", node.name)


def pod(fleet: Fleet) -> str:
    """Id of the registry's one Pod."""
    (found,) = fleet.pods()
    return str(found["metadata"]["uid"])


def test_the_pod_goes_on_while_the_kubelet_is_restarted_and_nothing_is_lost(
    fleet: Fleet, cluster: Cluster, node: Node
) -> None:
    before = pod(fleet)
    with Pushes(cluster, fleet.namespace) as pushes:
        pushes.go_on()
        node.restart_kubelet()
        pushes.go_on()
    assert pod(fleet) == before
    assert pushes.lost() == []


def test_what_was_acknowledged_survives_a_drain_of_the_node(fleet: Fleet, cluster: Cluster, node: Node) -> None:
    before = pod(fleet)
    with Pushes(cluster, fleet.namespace) as pushes:
        pushes.go_on()
        cluster.kubectl("drain", node.name, "--ignore-daemonsets", "--force", "--timeout=60s")
        cause(fleet, CauseId.NODE_UNAVAILABLE, "were unschedulable")
        cluster.kubectl("uncordon", node.name)
        pushes.go_on()
    assert pod(fleet) != before
    assert pushes.failures, "no client has noticed anything, so nothing was disturbed"
    assert pushes.lost() == []

"""Two replicas on S3 and redis are rolled, evicted, and killed, and no client gets an error that it does not repeat."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import services
from tests.e2e.bed.node import Node
from tests.e2e.clients import Clients
from tests.e2e.cluster import Cluster, Object, condition, until
from tests.e2e.fleet import Fleet
from tests.e2e.status import ready_without_causes
from tests.registry.clients.programs import Registry

pytestmark = [pytest.mark.node, pytest.mark.long]

REPLICAS = 2


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet, cluster: Cluster) -> None:
    """The registry, deployed from Git next to services and Secrets that others have made."""
    values = services.replicated(cluster, fleet.namespace)
    fleet.deploy(values={**values, "replicaCount": REPLICAS, "pdb": {"enabled": True, "minAvailable": 1}})


@pytest.fixture(scope="module")
def registry(fleet: Fleet, cluster: Cluster) -> Registry:
    """The registry's Service, for programs in the network of the node."""
    return Registry(services.address(cluster, fleet.namespace))


@pytest.fixture
def clients(registry: Registry, tmp_path: Path) -> Iterator[Clients]:
    """Clients at work until the end of the test, which nothing may have failed for, and whose images are all there."""
    with Clients(registry, tmp_path) as working:
        working.go_on(4)
        yield working
        working.go_on(4)
    assert working.failures == []
    assert working.lost() == []


def ready_pods(fleet: Fleet) -> dict[str, Object]:
    """The registry's Pods that are ready, by name."""
    return {pod["metadata"]["name"]: pod for pod in fleet.pods() if condition(pod).get("status") == "True"}


def wait_for_others(fleet: Fleet, before: dict[str, Object], number: int = 1) -> None:
    """Wait until all replicas are ready, and so many of them were not there before."""

    def others() -> bool:
        now = ready_pods(fleet)
        return len(now) == len(fleet.pods()) == REPLICAS and len(now.keys() - before.keys()) == number

    until(f"{number} other Pods that are ready", others)


def test_smoke_finds_nothing_wrong_on_s3(fleet: Fleet) -> None:
    """On S3, registry 3.1 lists names in the order of keys, where `a-b/` comes before `a/`, and its pages lack some."""
    ready_without_causes(fleet)
    assert len(ready_pods(fleet)) == REPLICAS
    report = json.loads(fleet.cli("smoke", fleet.description, "-o", "json", code=0).out)
    outcomes = {check["id"]: (check["outcome"], check.get("message", "")) for check in report["checks"]}
    outcome, message = outcomes["catalog-pages"]
    assert (outcome, "distribution#4891" in message) == ("not supported", True)


def test_rollout_of_a_new_configuration_loses_no_request(fleet: Fleet, clients: Clients) -> None:
    before = ready_pods(fleet)
    fleet.commit("Log more", values={"configuration": {"log": {"level": "debug"}}})
    fleet.ready(seconds=300)
    wait_for_others(fleet, before, REPLICAS)


def evict(cluster: Cluster, namespace: str, pod: str) -> str:
    """Evict a Pod as the drain of a node does, and return what the API server says against it."""
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace}}
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction"
    return cluster.kubectl_does("create", "--raw", path, "-f", "-", said=json.dumps(eviction)).stderr


def test_drain_evicts_one_replica_at_a_time_and_loses_no_request(
    fleet: Fleet, cluster: Cluster, clients: Clients
) -> None:
    before = ready_pods(fleet)
    # At the same time: once another Pod is ready, the second one may go too.
    with ThreadPoolExecutor() as threads:
        said = list(threads.map(partial(evict, cluster, fleet.namespace), before))
    assert ["disruption budget" in words for words in said if words] == [True]
    wait_for_others(fleet, before)


def test_deletion_of_a_pod_loses_no_request(fleet: Fleet, cluster: Cluster, clients: Clients) -> None:
    before = ready_pods(fleet)
    cluster.kubectl("delete", "pod", next(iter(before)), "-n", fleet.namespace, "--wait=false")
    wait_for_others(fleet, before)


def test_sudden_death_of_a_replica_loses_no_image(
    fleet: Fleet, registry: Registry, tmp_path: Path, containers: Callable[[], list[str]]
) -> None:
    with Clients(registry, tmp_path) as clients:
        clients.go_on(4)
        before = containers()
        Node.of(os.environ["E2E_BED"]).ctr("tasks", "kill", "--signal", "SIGKILL", before[0])
        until("another container", lambda: len({*containers()} - {*before}) == 1 and len(ready_pods(fleet)) == REPLICAS)
        clients.go_on(4)
    # Until the Service leads past the dead container, a client that repeats nothing is refused.
    assert [failure for failure in clients.failures if not failure.is_connection_error] == []
    assert clients.lost() == []


@pytest.fixture
def containers(fleet: Fleet) -> Callable[[], list[str]]:
    """Ids of the running containers of the registry."""

    def ids() -> list[str]:
        states: list[dict[str, Any]] = [state for pod in fleet.pods() for state in pod["status"]["containerStatuses"]]
        return [state["containerID"].removeprefix("containerd://") for state in states if state["ready"]]

    return ids

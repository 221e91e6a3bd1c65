"""A HorizontalPodAutoscaler sets the number of replicas, and drift detection of Flux does not take it back."""

from __future__ import annotations

import time

import pytest

from tests.e2e import services
from tests.e2e.cluster import Cluster, until
from tests.e2e.fleet import Fleet
from tests.e2e.status import ready_without_causes

pytestmark = pytest.mark.long

NAME = "docker-registry"
SCALING = {"enabled": True, "minReplicas": 2, "maxReplicas": 4}
INTERVAL = 5
"""Seconds between two looks of Flux for drift."""


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet, cluster: Cluster) -> None:
    values = services.replicated(cluster, fleet.namespace)
    fleet.deploy(
        release={"interval": f"{INTERVAL}s", "driftDetection": {"mode": "enabled"}},
        values={**values, "autoscaling": SCALING},
    )


def replicas(cluster: Cluster, namespace: str) -> int:
    found = cluster.get("deployment", NAME, namespace)
    assert found is not None
    return int(found["spec"]["replicas"])


def wait_for_replicas(cluster: Cluster, namespace: str, number: int) -> None:
    """Wait until the Deployment has this number, and then look whether it keeps it for three intervals of Flux."""
    until(f"Deployment of {number} replicas", lambda: replicas(cluster, namespace) == number)
    end = time.monotonic() + 3 * INTERVAL
    while time.monotonic() < end:
        assert replicas(cluster, namespace) == number
        time.sleep(0.5)


def test_autoscaler_brings_the_least_number_of_replicas(fleet: Fleet, cluster: Cluster) -> None:
    wait_for_replicas(cluster, fleet.namespace, 2)
    ready_without_causes(fleet)


def test_flux_leaves_the_number_that_the_autoscaler_has_set(fleet: Fleet, cluster: Cluster) -> None:
    """There are no metrics here, so what raises the number is the minimum, changed in Git."""
    fleet.commit("Raise the minimum", values={"autoscaling": {"minReplicas": 3}})
    wait_for_replicas(cluster, fleet.namespace, 3)
    ready_without_causes(fleet, seconds=120)


def test_upgrade_of_the_release_keeps_the_number(fleet: Fleet, cluster: Cluster) -> None:
    fleet.commit("Lower the minimum", values={"autoscaling": {"minReplicas": 2}})
    fleet.ready()
    # Without metrics, the autoscaler does not remove a replica.
    wait_for_replicas(cluster, fleet.namespace, 3)


def test_flux_takes_back_what_else_is_changed_by_hand(fleet: Fleet, cluster: Cluster) -> None:
    cluster.kubectl("set", "image", "-n", fleet.namespace, f"deployment/{NAME}", "registry=registry:none-such")

    def image() -> str:
        found = cluster.get("deployment", NAME, fleet.namespace)
        assert found is not None
        return str(found["spec"]["template"]["spec"]["containers"][0]["image"])

    until("Deployment with the image of the chart", lambda: not image().endswith("none-such"))
    assert replicas(cluster, fleet.namespace) == 3

"""Garbage of two replicas on S3 is collected by a Job at its time, while clients push and pull: no image is lost."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import services
from tests.e2e.clients import Clients
from tests.e2e.cluster import Cluster, Object, condition, until
from tests.e2e.fleet import Fleet
from tests.e2e.garbage import assert_only_pushes_were_refused, find_large_files, leave_garbage
from tests.registry.clients.programs import Registry

pytestmark = [pytest.mark.node, pytest.mark.long]

NAME = "docker-registry"
REPLICAS = 2
READ_ONLY = "REGISTRY_STORAGE_MAINTENANCE"

INTERVAL = 5
"""Seconds between two looks of Flux for drift, which must not take the read-only registry back."""


@pytest.fixture(scope="module")
def values(cluster: Cluster, fleet: Fleet) -> dict[str, Any]:
    return {
        **services.replicated(cluster, fleet.namespace),
        "cache": {"type": "off"},
        "replicaCount": REPLICAS,
        "deletion": {"enabled": True},
    }


@pytest.fixture(scope="module")
def registry(fleet: Fleet, cluster: Cluster, values: dict[str, Any]) -> Registry:
    """The registry's Service, for programs in the network of the node."""
    fleet.deploy(release={"interval": f"{INTERVAL}s", "driftDetection": {"mode": "enabled"}}, values=values)
    return Registry(services.address(cluster, fleet.namespace))


def schedule_soon() -> str:
    """A schedule whose next time comes in one to two minutes."""
    return f"{datetime.now(UTC) + timedelta(minutes=2):%-M %-H} * * *"


def large_files(fleet: Fleet) -> list[str]:
    """The files of the S3 server that are as large as the garbage."""
    command = ("exec", "-n", fleet.namespace, "deployment/s3", "--", *find_large_files(f"/data/{services.BUCKET}"))
    return fleet.cluster.kubectl(*command).splitlines()


def finished_job(fleet: Fleet) -> Object | None:
    """The Job of the schedule, once it has ended."""
    jobs = [job for job in fleet.cluster.select("jobs", fleet.namespace) if ended(job)]
    return jobs[0] if jobs else None


def ended(job: Object) -> bool:
    return any(condition(job, kind).get("status") == "True" for kind in ("Complete", "Failed"))


def takes_pushes(fleet: Fleet) -> bool:
    """Whether each Pod is one that the chart has, which is not read-only."""
    found = fleet.cluster.get("deployment", NAME, fleet.namespace)
    assert found is not None
    status, (container,) = found["status"], found["spec"]["template"]["spec"]["containers"]
    if READ_ONLY in [variable["name"] for variable in container["env"]]:
        return False
    counts = [status.get(count, 0) for count in ("updatedReplicas", "availableReplicas", "replicas")]
    return status["observedGeneration"] == found["metadata"]["generation"] and counts == [REPLICAS] * 3


def all_pods(fleet: Fleet) -> list[dict[str, Any]]:
    """The registry's Pods, also those that are being ended: they still answer on connections that are open."""
    return fleet.cluster.select("pods", fleet.namespace, f"app.kubernetes.io/name={NAME}")


def test_no_pushed_image_is_lost_and_space_is_freed(fleet: Fleet, registry: Registry, tmp_path: Path) -> None:
    leave_garbage(registry.url)
    assert len(large_files(fleet)) == 1
    fleet.commit("Collect garbage", values={"garbageCollection": {"enabled": True, "schedule": schedule_soon()}})
    with Clients(registry, tmp_path) as clients:
        clients.go_on(8)
        job = until("Job that has ended", lambda: finished_job(fleet), 480)
        start = datetime.fromisoformat(job["metadata"]["creationTimestamp"]).timestamp()
        pulled = clients.pulls
        until("registry that takes pushes", lambda: takes_pushes(fleet), 180)
        until("end of the old Pods", lambda: len(all_pods(fleet)) == REPLICAS, 120)
        end = time.time()
        clients.go_on(8)
    print(f"{len(clients.pushed)} pushed, {pulled} pulled until then, {len(clients.failures)} refused")
    assert condition(job, "Complete").get("status") == "True"
    assert clients.lost() == []
    assert clients.failed_pulls == []
    assert_only_pushes_were_refused(clients, [(start, end)])
    assert large_files(fleet) == []
    fleet.ready()

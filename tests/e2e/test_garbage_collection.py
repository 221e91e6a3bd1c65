"""Garbage is collected in the Pod of a single replica, each minute, while clients push and pull: no image is lost."""

from __future__ import annotations

import re
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e import services
from tests.e2e.clients import Clients
from tests.e2e.cluster import Cluster, until
from tests.e2e.fleet import Fleet
from tests.e2e.garbage import assert_only_pushes_were_refused, find_large_files, leave_garbage, work
from tests.registry.clients.programs import Registry
from tests.support.oci_http import Repository

pytestmark = [pytest.mark.node, pytest.mark.long]

SCHEDULE = "* * * * *"

SECONDS_TO_RESTART = 10
"""From the end of a collection until the registry takes pushes again, on a busy machine."""


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet) -> None:
    collection = {"enabled": True, "schedule": SCHEDULE}
    fleet.deploy(values={"garbageCollection": collection, "deletion": {"enabled": True}})


@pytest.fixture(scope="module")
def registry(fleet: Fleet, cluster: Cluster) -> Registry:
    """The registry's Service, for programs in the network of the node."""
    return Registry(services.address(cluster, fleet.namespace))


def large_files(fleet: Fleet, cluster: Cluster) -> list[str]:
    """The files on the volume of the registry that are as large as the garbage."""
    container = ("-n", fleet.namespace, "deployment/docker-registry", "-c", "registry")
    return cluster.kubectl("exec", *container, "--", *find_large_files("/var/lib/registry")).splitlines()


def collections(fleet: Fleet, cluster: Cluster) -> list[tuple[float, float]]:
    """The start and the end of each collection so far, with the restarts of the registry; all have exit code 0."""
    log = cluster.kubectl("logs", "-n", fleet.namespace, "deployment/docker-registry", "-c", "garbage-collection")
    found = re.findall(r"^garbage-collection start=(\S+) end=(\S+) .* exit=(\d+) ", log, re.MULTILINE)
    assert {code for _, _, code in found} <= {"0"}
    return [
        (datetime.fromisoformat(start).timestamp(), datetime.fromisoformat(end).timestamp() + SECONDS_TO_RESTART)
        for start, end, _ in found
    ]


def test_no_pushed_image_is_lost_and_space_is_freed(
    fleet: Fleet, cluster: Cluster, registry: Registry, tmp_path: Path
) -> None:
    until("time between two collections", lambda: 20 <= datetime.now().second <= 40, 90)
    garbage = leave_garbage(registry.url)
    assert len(large_files(fleet, cluster)) == 1
    before = len(collections(fleet, cluster))
    with Clients(registry, tmp_path) as clients:
        work(clients)
        until("two more collections", lambda: len(collections(fleet, cluster)) >= before + 2, 90)
        clients.go_on(8)
    print(f"{len(clients.pushed)} pushed, {clients.pulls} pulled, {len(clients.failures)} refused")
    assert clients.lost() == []
    assert_only_pushes_were_refused(clients, collections(fleet, cluster))
    assert large_files(fleet, cluster) == []
    assert Repository(registry.url, "team/garbage").blob(garbage.digest) is None


def test_smoke_passes_between_collections(fleet: Fleet, cluster: Cluster) -> None:
    before = len(collections(fleet, cluster))
    until("another collection", lambda: len(collections(fleet, cluster)) > before, 90)
    _, end = collections(fleet, cluster)[-1]
    until("registry that takes pushes", lambda: time.time() > end)
    fleet.cli("smoke", "--config", fleet.description)

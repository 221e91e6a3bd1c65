"""An image that does not exist, and a strategy that keeps the old Pod until the new one is there: it serves on."""

from __future__ import annotations

from random import Random

import pytest

from registry_gitops.cluster.status.model import CauseId
from tests.e2e.cluster import is_not_ready, until
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.status import cause, status
from tests.support.oci_content import Blob, image
from tests.support.oci_http import Repository

TAG = "3.1.1-none-such"


@pytest.fixture(scope="module")
def pushed() -> Blob:
    return image(Random(6), 3000, 70_000)


def repository(address: str) -> Repository:
    return Repository(f"http://{address}", "team/app")


def test_a_registry_that_keeps_nothing_may_roll(fleet: Fleet, pushed: Blob) -> None:
    fleet.init()
    rolling = {"persistence": {"enabled": False}, "updateStrategy": {"type": "RollingUpdate"}}
    fleet.describe(release=IMPATIENT, values=rolling)
    fleet.render()
    fleet.push("Add a registry")
    fleet.follow(wait=False)
    fleet.ready()
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")


def test_status_names_the_image_that_does_not_exist_and_the_key_to_change(fleet: Fleet) -> None:
    fleet.describe(values={"image": {"tag": TAG}})
    fleet.render()
    fleet.push("Take a newer registry")
    found = cause(fleet, CauseId.IMAGE_NOT_PULLED, f"docker.io/library/registry:{TAG}")
    assert found.object.startswith("Pod/docker-registry-")
    assert "values.image" in found.remedy


def test_what_served_before_serves_on(fleet: Fleet, pushed: Blob) -> None:
    until("HelmRelease that has failed", lambda: is_not_ready(fleet.release()))
    found = status(fleet, code=1)
    assert found.replicas is not None
    assert (found.replicas.wanted, found.replicas.available, found.replicas.updated) == (1, 1, 1)
    assert found.causes[0].id == CauseId.IMAGE_NOT_PULLED
    with fleet.cluster.forward(fleet.namespace) as address:
        assert repository(address).lacks(pushed) == []


def test_fixed_in_git_it_is_ready_again_by_itself(fleet: Fleet, pushed: Blob) -> None:
    fleet.describe(values={"image": {"tag": "3.1.1"}})
    fleet.render()
    fleet.push("Take a registry that exists")
    fleet.ready()
    assert until("status that is ready", lambda: status(fleet)).causes == ()
    # It is the Pod from before, which has never stopped: not even what stood in no volume is lost.
    with fleet.cluster.forward(fleet.namespace) as address:
        assert repository(address).lacks(pushed) == []

"""An image that does not exist, and a strategy that keeps the old Pod until the new one is there: it serves on."""

from __future__ import annotations

from registry_gitops.cluster.status import CauseId
from tests.e2e.cluster import is_not_ready, until
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.pushes import repository
from tests.e2e.status import cause, ready_without_causes, status
from tests.support.oci_content import Blob

TAG = "3.1.1-none-such"


def test_a_registry_that_keeps_nothing_may_roll(fleet: Fleet, pushed: Blob) -> None:
    rolling = {"persistence": {"enabled": False}, "updateStrategy": {"type": "RollingUpdate"}}
    fleet.deploy(release=IMPATIENT, values=rolling)
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")


def test_status_names_the_image_that_does_not_exist_and_the_key_to_change(fleet: Fleet) -> None:
    fleet.commit("Take a newer registry", values={"image": {"tag": TAG}})
    found = cause(fleet, CauseId.IMAGE_NOT_PULLED, f"docker.io/library/registry:{TAG}")
    assert found.location.object.startswith(f"Pod/{fleet.namespace}/docker-registry-")
    assert "values.image" in found.remedy


def test_what_served_before_serves_on(fleet: Fleet, pushed: Blob) -> None:
    until("HelmRelease that has failed", lambda: is_not_ready(fleet.release()))
    cause(fleet, CauseId.IMAGE_NOT_PULLED, TAG)

    def serves() -> bool:
        replicas = status(fleet, code=1).replicas
        return replicas is not None and (replicas.wanted, replicas.available, replicas.updated) == (1, 1, 1)

    until("status with one replica of either revision", serves)
    with fleet.cluster.forward(fleet.namespace) as address:
        assert repository(address).lacks(pushed) == []


def test_fixed_in_git_it_is_ready_again_by_itself(fleet: Fleet, pushed: Blob) -> None:
    fleet.commit("Take a registry that exists", values={"image": {"tag": "3.1.1"}})
    fleet.ready()
    ready_without_causes(fleet)
    # It is the Pod from before, which has never stopped: not even what stood in no volume is lost.
    with fleet.cluster.forward(fleet.namespace) as address:
        assert repository(address).lacks(pushed) == []

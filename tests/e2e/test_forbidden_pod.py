"""A Pod that the Namespace does not admit, and a volume that one Pod may hold: it is down until Git is right again."""

from __future__ import annotations

from registry_gitops.cluster.status import CauseId
from tests.e2e.cluster import until
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.pushes import repository
from tests.e2e.status import cause, status
from tests.support.oci_content import Blob


def test_images_are_pushed_to_a_registry_on_a_volume_of_one_node(fleet: Fleet, pushed: Blob) -> None:
    fleet.deploy(release=IMPATIENT)
    deployment = fleet.cluster.get("deployment", "docker-registry", fleet.namespace)
    assert deployment is not None
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")


def test_status_names_the_setting_that_the_namespace_forbids(fleet: Fleet) -> None:
    fleet.commit(
        "Allow more", allow="pod-security", values={"containerSecurityContext": {"allowPrivilegeEscalation": True}}
    )
    found = cause(fleet, CauseId.POD_FORBIDDEN, "allowPrivilegeEscalation != false")
    assert found.location.object.startswith(f"ReplicaSet/{fleet.namespace}/docker-registry-")
    assert "containerSecurityContext" in found.remedy


def test_nothing_serves_meanwhile_because_the_old_pod_had_to_go_first(fleet: Fleet) -> None:
    assert fleet.pods() == []

    def is_down() -> bool:
        replicas = status(fleet, code=1).replicas
        return replicas is not None and (replicas.wanted, replicas.available) == (1, 0)

    until("status without a replica", is_down)


def test_fixed_in_git_it_is_ready_again_by_itself_with_all_images(fleet: Fleet, pushed: Blob) -> None:
    fleet.commit("Allow what the Namespace allows", values={"containerSecurityContext": None})
    fleet.ready()
    with fleet.cluster.forward(fleet.namespace) as address:
        there = repository(address)
        assert there.tags() == ["1"]
        assert there.lacks(pushed) == []

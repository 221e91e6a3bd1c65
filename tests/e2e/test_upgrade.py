"""Values are changed in Git: another Pod runs with them, on the same volume, and `status` follows it all."""

from __future__ import annotations

from tests.e2e.cluster import Object, until
from tests.e2e.fleet import Fleet
from tests.e2e.pushes import repository
from tests.e2e.status import not_applied, ready_without_causes
from tests.support.oci_content import Blob

NAME = "docker-registry"


def pod(fleet: Fleet) -> Object:
    """The one that the Deployment keeps."""
    (one,) = fleet.pods()
    return one


def claim(fleet: Fleet) -> Object:
    found = fleet.cluster.get("pvc", NAME, fleet.namespace)
    assert found is not None
    return found


def test_status_waits_for_a_first_deployment(fleet: Fleet) -> None:
    fleet.init()
    fleet.commit("Add a registry")
    assert not_applied(fleet)
    fleet.follow()
    waited = fleet.cli("status", fleet.description, "--wait", "2m")
    assert "ready" in waited.out.splitlines()[0]
    assert fleet.ready()["status"]["history"][0]["version"] == 1


def test_changed_values_in_git_run_in_another_pod_on_the_same_claim(fleet: Fleet, pushed: Blob) -> None:
    before, volume = pod(fleet), claim(fleet)
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")
    fleet.commit("Log more", values={"configuration": {"log": {"level": "debug"}}})
    release = fleet.ready()
    newest, first = release["status"]["history"]
    assert [(each["version"], each["status"]) for each in (newest, first)] == [(2, "deployed"), (1, "superseded")]
    assert pod(fleet)["metadata"]["uid"] != before["metadata"]["uid"]
    assert claim(fleet)["metadata"]["uid"] == volume["metadata"]["uid"]
    assert claim(fleet)["spec"]["volumeName"] == volume["spec"]["volumeName"]
    logs = ("logs", "-n", fleet.namespace, f"deploy/{NAME}")
    until("log of the new level", lambda: "level=debug" in fleet.cluster.kubectl(*logs))


def test_nothing_that_was_pushed_is_lost(fleet: Fleet, pushed: Blob) -> None:
    with fleet.cluster.forward(fleet.namespace) as address:
        there = repository(address)
        assert there.tags() == ["1"]
        assert there.lacks(pushed) == []


def test_status_names_the_commit_and_the_revision_that_run(fleet: Fleet) -> None:
    found = ready_without_causes(fleet)
    assert found.git is not None
    assert found.git.deployed == found.git.fetched == fleet.applied()
    assert found.release is not None
    assert (found.release.revision, found.release.status) == (2, "deployed")
    assert found.replicas is not None
    assert (found.replicas.wanted, found.replicas.available, found.replicas.updated) == (1, 1, 1)
    assert [(volume.claim, volume.phase) for volume in found.volumes] == [(NAME, "Bound")]
    assert found.image == "docker.io/library/registry:3.1.1"

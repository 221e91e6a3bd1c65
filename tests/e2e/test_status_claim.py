"""The claim of a running registry is deleted: `status` announces the loss, and its remedy keeps the images."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from registry_gitops.cluster.status import Cause, CauseId
from registry_gitops.findings import Severity
from tests.e2e.cluster import until
from tests.e2e.fleet import Fleet
from tests.e2e.pushes import repository
from tests.e2e.recording import record
from tests.e2e.remedies import list_commands, run
from tests.e2e.status import cause, ready_without_causes
from tests.support.oci_content import Blob

NAME = "docker-registry"
INSTALLATION = timedelta(seconds=31)
"""A claim that is so much newer than the release was not created by its installation."""


def follow(fleet: Fleet, found: Cause) -> None:
    """Run the commands of a remedy in their order, that of Flux once the claim is gone."""
    for command in list_commands(found.remedy):
        if command.startswith("flux "):
            until("end of the claim", lambda: not fleet.cluster.get("pvc", NAME, fleet.namespace))
        run(command)


def tags(fleet: Fleet) -> list[str]:
    with fleet.cluster.forward(fleet.namespace) as address:
        return repository(address).tags()


def is_bound(fleet: Fleet) -> bool:
    claim = fleet.cluster.get("pvc", NAME, fleet.namespace)
    return claim is not None and claim["status"]["phase"] == "Bound" and "deletionTimestamp" not in claim["metadata"]


def test_deleted_claim_of_a_running_registry_is_announced_as_loss(fleet: Fleet, pushed: Blob) -> None:
    fleet.deploy()
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")
    fleet.cluster.kubectl("delete", "pvc", NAME, "-n", fleet.namespace, "--wait=false")
    found = cause(fleet, CauseId.CLAIM_BEING_DELETED, "is deleted too, with all images")
    assert found.location.object == f"PersistentVolumeClaim/{fleet.namespace}/{NAME}"
    record(fleet, "claim-being-deleted")


def test_remedy_keeps_the_images(fleet: Fleet, pushed: Blob) -> None:
    follow(fleet, cause(fleet, CauseId.CLAIM_BEING_DELETED, "is deleted too, with all images"))
    until("claim that is bound again", lambda: is_bound(fleet))
    ready_without_causes(fleet)
    with fleet.cluster.forward(fleet.namespace) as address:
        there = repository(address)
        assert there.tags() == ["1"]
        assert there.lacks(pushed) == []


def test_claim_that_was_created_again_is_a_warning_with_the_earlier_volume(fleet: Fleet) -> None:
    release = fleet.release() or {}
    installed = datetime.fromisoformat(release["status"]["history"][-1]["lastDeployed"])
    until("release that is older than its installation", lambda: datetime.now(UTC) - installed > INSTALLATION)
    pods = [pod["metadata"]["name"] for pod in fleet.pods()]
    fleet.cluster.kubectl("delete", "pvc", NAME, "-n", fleet.namespace, "--wait=false")
    fleet.cluster.kubectl("delete", "pod", *pods, "-n", fleet.namespace)
    gone = cause(fleet, CauseId.VOLUME_NOT_BOUND, "was deleted")
    assert "still exists" in gone.remedy
    fleet.reconcile("helmrelease", NAME, fleet.namespace)
    until("claim that is bound again", lambda: is_bound(fleet))
    found = cause(fleet, CauseId.CLAIM_REPLACED, "images pushed before are not on its volume", Severity.WARNING)
    assert tags(fleet) == []
    follow(fleet, found)
    until("claim that is bound again", lambda: is_bound(fleet))
    fleet.cli("status", fleet.description, "--wait", "1m")
    assert tags(fleet) == ["1"]

"""An image that does not exist is deployed and reverted in Git, with the times that `init` writes: it is over soon."""

from __future__ import annotations

import time

import pytest

from registry_gitops.cluster.status import CauseId
from tests.e2e.cluster import until
from tests.e2e.fleet import Fleet, git
from tests.e2e.pushes import repository
from tests.e2e.recording import record
from tests.e2e.remedies import run_first
from tests.e2e.status import cause, ready_without_causes
from tests.support.oci_content import Blob

pytestmark = pytest.mark.long

TAG = "3.1.1-none-such"
SECONDS = 90
"""Within which a revert has to take effect: about a minute, on a busy machine."""


def test_revert_of_a_bad_image_takes_effect_in_about_a_minute(fleet: Fleet, pushed: Blob) -> None:
    fleet.deploy()
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")
    fleet.commit("Take a newer registry", values={"image": {"tag": TAG}})
    cause(fleet, CauseId.IMAGE_NOT_PULLED, TAG)
    revert(fleet)
    start = time.monotonic()
    until("registry that serves again", lambda: serves(fleet, pushed), SECONDS)
    print(f"outage after the revert: {time.monotonic() - start:.0f} s")
    fleet.ready(SECONDS)
    ready_without_causes(fleet)


def test_status_tells_until_when_helm_waits_and_how_to_end_that(fleet: Fleet) -> None:
    fleet.commit("Take a newer registry, and be patient", release={"timeout": "5m"}, values={"image": {"tag": TAG}})
    cause(fleet, CauseId.IMAGE_NOT_PULLED, TAG)
    revert(fleet)
    found = cause(fleet, CauseId.BUSY, "still works on an earlier change of the HelmRelease, until ")
    record(fleet, "image-reverted")
    assert "rolled back" in run_first(found.remedy, "kubectl")
    fleet.ready(SECONDS)
    ready_without_causes(fleet)


def revert(fleet: Fleet) -> None:
    """Revert the last commit, and push that."""
    git(fleet.tree, "revert", "--no-edit", "HEAD")
    git(fleet.tree, "push", "-q", "origin", "main")


def serves(fleet: Fleet, pushed: Blob) -> bool:
    """Whether the image can be pulled."""
    states = [state for pod in fleet.pods() for state in pod["status"].get("containerStatuses", ())]
    if [state["ready"] for state in states] != [True]:
        return False
    with fleet.cluster.forward(fleet.namespace) as address:
        return repository(address).lacks(pushed) == []

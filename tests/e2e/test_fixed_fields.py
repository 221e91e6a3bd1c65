"""Changes that the API server refuses: `status` says what to set, or which command helps, and then it is ready."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from registry_gitops.cluster.status import CauseId
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.recording import record
from tests.e2e.remedies import run_first
from tests.e2e.status import cause, ready_without_causes

NAME = "docker-registry"


@pytest.fixture(scope="module", autouse=True)
def _deployed(fleet: Fleet) -> None:
    fleet.deploy(release=IMPATIENT)


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "claim-shrunk": ({"size": "5Gi"}, "cannot become smaller", "`values.persistence.size: 10Gi`"),
    "claim-grown": ({"size": "20Gi"}, "StorageClass standard does not allow it", "`values.persistence.size: 10Gi`"),
    "claim-class-changed": (
        {"storageClass": "fast"},
        "`values.persistence.storageClass` of the claim",
        "`values.persistence.storageClass: standard`",
    ),
    "claim-modes-changed": (
        {"accessModes": ["ReadWriteMany"]},
        "`values.persistence.accessModes` of the claim",
        "`values.persistence.accessModes: [ReadWriteOnce]`",
    ),
}
"""Name of the recording -> the change of the claim, what `status` says of it, and what it says to set again."""


@pytest.mark.parametrize("name", REFUSED)
def test_change_of_the_claim_is_refused(fleet: Fleet, name: str) -> None:
    change, says, old = REFUSED[name]
    fleet.describe(values={"persistence": None})
    fleet.commit(f"Change the claim: {name}", allow="claim-change", values={"persistence": change})
    found = cause(fleet, CauseId.CHANGE_REFUSED, says)
    assert found.location.object == f"PersistentVolumeClaim/{fleet.namespace}/{NAME}"
    assert old in found.remedy
    record(fleet, name)


def test_with_the_old_claim_it_is_ready(fleet: Fleet) -> None:
    fleet.commit("Keep the claim", allow="claim-change", values={"persistence": None})
    fleet.ready()
    ready_without_causes(fleet)


def test_command_ends_a_rolling_update_that_was_set_by_hand(fleet: Fleet) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    patch = json.dumps([{"op": "replace", "path": "/spec/strategy", "value": strategy}])
    fleet.cluster.kubectl("patch", "deployment", NAME, "-n", fleet.namespace, "--type=json", "-p", patch)
    fleet.commit("Allow more time", values={"terminationGracePeriodSeconds": 95})
    found = cause(fleet, CauseId.CHANGE_REFUSED, "cannot change to the strategy Recreate")
    record(fleet, "strategy-set-by-hand")
    run_first(found.remedy, "kubectl")
    fleet.ready()
    ready_without_causes(fleet)


def test_command_unlocks_a_release_whose_removal_was_cut_off(fleet: Fleet) -> None:
    cut_off(fleet)
    found = cause(fleet, CauseId.RELEASE_LOCKED, "has no deployed releases")
    record(fleet, "removal-cut-off")
    run_first(found.remedy, "kubectl")
    fleet.ready()
    ready_without_causes(fleet)


def cut_off(fleet: Fleet) -> None:
    """Leave the record of Helm as a controller does that ends while it removes the release, and let Flux see it."""
    found = json.loads(
        fleet.cluster.kubectl("get", "secret", "-n", fleet.namespace, "-l", "owner=helm,status=deployed", "-o", "json")
    )
    (secret,) = found["items"]
    release = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))
    release["info"]["status"] = "uninstalling"
    secret["data"]["release"] = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(release).encode()))).decode()
    secret["metadata"]["labels"]["status"] = "uninstalling"
    fleet.cluster.kubectl("replace", "-f", "-", said=json.dumps(secret))
    fleet.reconcile("helmrelease", NAME, fleet.namespace)

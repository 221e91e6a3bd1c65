"""A claim on a StorageClass that does not exist: `status` names it, and following its remedy leads to a registry."""

from __future__ import annotations

from registry_gitops.cluster.status import CauseId
from tests.e2e.cluster import condition, until
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.status import cause, ready_without_causes, status

NAME = "docker-registry"
CLASS = "none-such"


def test_status_names_the_storage_class_that_does_not_exist(fleet: Fleet) -> None:
    fleet.init()
    fleet.commit("Add a registry", release=IMPATIENT, values={"persistence": {"storageClass": CLASS}})
    fleet.follow(wait=False)
    found = cause(fleet, CauseId.VOLUME_NOT_BOUND, CLASS)
    assert found.location.object == f"PersistentVolumeClaim/{fleet.namespace}/{NAME}"
    assert "values.persistence.storageClass" in found.remedy
    assert f"kubectl delete pvc {NAME} -n {fleet.namespace}" in found.remedy
    (volume,) = status(fleet, code=1).volumes
    assert (volume.claim, volume.phase) == (NAME, "Pending")


def test_with_another_class_and_another_claim_it_is_ready(fleet: Fleet) -> None:
    # The rule takes the claim to be there with its class, and with images.
    fleet.commit("Take the default class", allow="claim-change", values={"persistence": {"storageClass": None}})
    # A claim keeps its class, whatever Git says.
    until("HelmRelease that says so", lambda: "immutable" in condition(fleet.release()).get("message", ""))
    fleet.cluster.kubectl("delete", "pvc", NAME, "-n", fleet.namespace)
    fleet.ready()
    ready_without_causes(fleet)
    claim = fleet.cluster.get("pvc", NAME, fleet.namespace)
    assert claim is not None
    assert claim["status"]["phase"] == "Bound"
    assert condition(fleet.cluster.get("deployment", NAME, fleet.namespace), "Available")["status"] == "True"

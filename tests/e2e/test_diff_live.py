"""`registry-gitops diff --live`: what the API server says of a change, before anything is committed."""

from __future__ import annotations

import json
import os

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.fleet import Fleet
from tests.support.tools import tool


@pytest.fixture(autouse=True)
def with_helm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put Helm on PATH."""
    monkeypatch.setenv("PATH", f"{tool('helm').parent}{os.pathsep}{os.environ['PATH']}")


def effects(fleet: Fleet, *, code: int = 1) -> dict[str, tuple[str, str]]:
    """The kind of each object that changes, with the action and the effect."""
    (deployment,) = json.loads(fleet.cli("diff", "--live", "-o", "json", code=code).out)["deployments"]
    return {each["object"]["kind"]: (each["action"], each["effect"]) for each in deployment["changes"]}


def test_everything_is_new_before_the_first_commit(fleet: Fleet) -> None:
    fleet.init()
    kinds = (
        "Namespace",
        "HelmRelease",
        "ServiceAccount",
        "ConfigMap",
        "PersistentVolumeClaim",
        "Service",
        "Deployment",
    )
    assert effects(fleet) == dict.fromkeys(kinds, ("create", "nothing"))


def test_nothing_differs_after_the_deployment(fleet: Fleet) -> None:
    fleet.commit("Add a registry")
    fleet.follow(wait=False)
    fleet.ready()
    assert effects(fleet, code=0) == {}


def test_changes_are_told_as_the_api_server_sees_them(fleet: Fleet) -> None:
    fleet.describe(values={"resources": {"limits": {"memory": "0.5Gi"}}, "terminationGracePeriodSeconds": 95})
    assert effects(fleet) == {"HelmRelease": ("update", "nothing"), "Deployment": ("update", "stops-pods")}


def test_refusals_of_the_api_server_are_told(fleet: Fleet) -> None:
    values = {"nameOverride": "images", "fullnameOverride": "docker-registry"}
    fleet.describe(values={**values, "terminationGracePeriodSeconds": None})
    (deployment,) = json.loads(fleet.cli("diff", "--live", "-o", "json", code=1).out)["deployments"]
    (refused,) = [each for each in deployment["changes"] if each["effect"] == "refused"]
    assert (refused["object"]["kind"], "field is immutable" in refused["reason"]) == ("Deployment", True)
    fleet.describe(values=dict.fromkeys(values))


def test_what_the_chart_no_longer_renders_is_deleted(fleet: Fleet) -> None:
    fleet.describe(values={"storage": {"type": "s3", "s3": {"bucket": "b", "region": "r", "existingSecret": "s"}}})
    found = effects(fleet)
    assert found["PersistentVolumeClaim"] == ("delete", "orphans-data")


def test_change_by_hand_is_told_if_flux_would_undo_it(fleet: Fleet, cluster: Cluster) -> None:
    fleet.describe(values={"storage": None})
    service = ("service", "docker-registry", "-n", fleet.namespace)
    cluster.kubectl("patch", *service, "--type=merge", "-p", '{"spec": {"sessionAffinity": "ClientIP"}}')
    assert effects(fleet, code=0) == {}
    cluster.kubectl("scale", "deployment/docker-registry", "-n", fleet.namespace, "--replicas=0")
    assert effects(fleet) == {"Deployment": ("update", "scales-pods")}


def test_change_by_hand_that_flux_leaves_is_a_note(fleet: Fleet, cluster: Cluster) -> None:
    fleet.commit("Leave what is changed by hand", release={"driftDetection": None})
    fleet.ready()
    cluster.kubectl("scale", "deployment/docker-registry", "-n", fleet.namespace, "--replicas=0")
    (deployment,) = json.loads(fleet.cli("diff", "--live", "-o", "json").out)["deployments"]
    (note,) = deployment["notes"]
    assert (deployment["changes"], "differs in the cluster (spec.replicas): Flux leaves it" in note) == ([], True)


def test_what_flux_would_prune_is_told(fleet: Fleet) -> None:
    fleet.describe(name="images")
    outcome = fleet.cli("diff", "--live", "-o", "json", "--allow", "flux-rename", code=1)
    (deployment,) = json.loads(outcome.out)["deployments"]
    deleted = {each["object"]["kind"]: each["effect"] for each in deployment["changes"] if each["action"] == "delete"}
    assert (deleted["HelmRelease"], deleted["PersistentVolumeClaim"]) == ("stops-pods", "orphans-data")
    assert deployment["effect"] == "orphans-data"
    fleet.describe(name="docker-registry")


def test_objects_with_variables_of_flux_are_left_out(fleet: Fleet) -> None:
    fleet.describe(values={"commonAnnotations": {"team": "${TEAM}"}})
    (deployment,) = json.loads(fleet.cli("diff", "--live", "-o", "json").out)["deployments"]
    assert deployment["changes"] == []
    assert "Service/docker-registry has variables of Flux: not compared" in deployment["notes"]


def test_cluster_that_is_unreachable_is_exit_code_3(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("HOME", "/nonexistent")
    outcome = fleet.cli("diff", "--live", code=3)
    assert (outcome.out, outcome.err.startswith("error: ")) == ("", True)

"""What Flux does not see or do: a HelmRelease that is suspended, and a Deployment that somebody has deleted."""

from __future__ import annotations

from registry_gitops.cluster.status import CauseId
from registry_gitops.findings import Severity
from tests.e2e.cluster import is_ready, until
from tests.e2e.fleet import Fleet
from tests.e2e.status import cause, ready_without_causes, status

NAME = "docker-registry"


def suspend(fleet: Fleet, value: bool) -> None:
    fleet.commit(f"Suspend: {value}", release={"suspend": value})
    until("HelmRelease that says so", lambda: (fleet.release() or {})["spec"].get("suspend", False) is value)


def test_a_suspended_release_that_runs_is_ready_with_a_warning(fleet: Fleet) -> None:
    fleet.deploy(release={"driftDetection": {"mode": "disabled"}})
    suspend(fleet, True)
    found = cause(fleet, CauseId.SUSPENDED, "changes in Git do not reach the cluster", Severity.WARNING)
    assert found.location.object == f"HelmRelease/{fleet.namespace}/{NAME}"
    assert "release.suspend" in found.remedy


def test_a_change_in_git_reaches_it_only_when_it_goes_on(fleet: Fleet) -> None:
    commit = fleet.commit("Log more", values={"configuration": {"log": {"level": "debug"}}})
    until("application of the commit", lambda: commit in fleet.applied())
    until(
        "status that names the suspension only",
        lambda: [each.id for each in status(fleet).findings] == [CauseId.SUSPENDED],
    )
    suspend(fleet, False)
    assert len(fleet.ready()["status"]["history"]) == 2
    ready_without_causes(fleet)


def test_a_release_that_is_ready_without_its_deployment_is_not_ready(fleet: Fleet) -> None:
    fleet.cluster.kubectl("delete", "deployment", NAME, "-n", fleet.namespace)
    found = cause(fleet, CauseId.WORKLOAD_GONE, NAME)
    assert found.location.object == f"Deployment/{fleet.namespace}/{NAME}"
    assert is_ready(fleet.release())


def test_drift_detection_brings_it_back(fleet: Fleet) -> None:
    fleet.commit("Undo what others do", release={"driftDetection": {"mode": "enabled"}})
    found = fleet.cli("status", fleet.description, "--wait", "2m")
    assert "ready" in found.out.splitlines()[0]
    assert fleet.cluster.get("deployment", NAME, fleet.namespace)

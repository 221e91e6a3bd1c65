"""The last collection of garbage in a status: in the Pod of one replica, and in a Job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.status import Snapshot, Status, assess, format_status, read_snapshot
from tests.cluster.deployments import load_snapshot
from tests.cluster.states.collection import RESULT, finished, in_job, in_pod, read_only

from .deployment_api import serving


def line(status: Status) -> str:
    (found,) = (line for line in format_status(status).splitlines() if line.startswith("garbage "))
    return found


def causes(status: Status) -> list[str]:
    return [cause.id.value for cause in status.findings]


def test_a_deployment_without_collection_has_no_line() -> None:
    status = assess(load_snapshot("ready"))
    assert status.garbage_collection is None
    assert "garbage" not in format_status(status)


@pytest.mark.parametrize(
    ("snapshot", "text"),
    [
        (in_pod("", "waiting"), 'garbage   not collected yet, schedule "30 3 * * 0" (UTC)'),
        (
            in_pod(RESULT.format(code=1, blobs=0), "x", RESULT.format(code=0, blobs=12), "deleting"),
            'garbage   collected 3h ago: 12 blobs deleted, schedule "30 3 * * 0" (UTC)',
        ),
        (in_job(None), 'garbage   not collected yet, schedule "30 3 * * 0" (UTC)'),
        (in_job({"startTime": "2026-11-25T01:30:00Z"}), "garbage   is being collected: the registry is read-only"),
        (in_job(finished("Complete")), 'garbage   collected 3h ago, schedule "30 3 * * 0" (UTC)'),
        (
            in_job(finished("Complete"), RESULT.format(code=0, blobs=1)),
            'garbage   collected 3h ago: 1 blob deleted, schedule "30 3 * * 0" (UTC)',
        ),
    ],
)
def test_the_last_collection_is_shown(snapshot: Snapshot, text: str) -> None:
    status = assess(snapshot)
    assert (line(status), causes(status), status.ready) == (text, [], True)


@pytest.mark.parametrize(
    "snapshot",
    [
        in_pod("failed to garbage collect: disk full", RESULT.format(code=1, blobs=0)),
        in_job(finished("Failed"), f"failed to garbage collect: disk full\n{RESULT.format(code=1, blobs=0)}"),
    ],
)
def test_a_failed_collection_is_a_warning_with_its_reason(snapshot: Snapshot) -> None:
    status = assess(snapshot)
    assert line(status) == 'garbage   collection failed 3h ago, schedule "30 3 * * 0" (UTC)'
    (cause,) = status.findings
    assert (cause.id.value, cause.severity.value) == ("collection-failed", "warning")
    assert cause.evidence == ("failed to garbage collect: disk full",)


def test_a_job_that_lost_its_pods_has_the_reason_of_the_job() -> None:
    (cause,) = assess(in_job(finished("Failed"))).findings
    assert cause.evidence == ("it failed",)


def test_a_registry_that_was_left_read_only_is_a_warning_with_the_commands() -> None:
    assert causes(assess(read_only(in_job({"startTime": "2026-11-25T01:30:00Z"})))) == []
    for snapshot in (in_job(finished("Failed")), load_snapshot("ready")):
        cause = assess(read_only(snapshot)).findings[0]
        assert (cause.id.value, cause.severity.value) == ("left-read-only", "warning")
        assert "kubectl set env -n docker-registry deployment/docker-registry" in cause.remedy


@pytest.mark.tools
@pytest.mark.parametrize(
    "snapshot",
    [
        in_pod(RESULT.format(code=0, blobs=12)),
        in_job(finished("Complete"), RESULT.format(code=0, blobs=1)),
        in_job(finished("Failed"), RESULT.format(code=1, blobs=0)),
    ],
)
def test_the_last_collection_is_read_with_kubectl(snapshot: Snapshot, kubeconfig: Path) -> None:
    with serving(snapshot, kubeconfig):
        found = read_snapshot(Kubectl(), "docker-registry", "docker-registry")
    assert assess(replace(found, read_at=snapshot.read_at)) == assess(snapshot)


@pytest.mark.tools
def test_a_user_who_cannot_read_jobs_gets_the_rest(kubeconfig: Path) -> None:
    with serving(in_job(finished("Complete")), kubeconfig) as served:
        served.forbidden = {"cronjobs", "jobs"}
        status = assess(read_snapshot(Kubectl(), "docker-registry", "docker-registry"))
    assert (status.ready, status.garbage_collection) == (True, None)
    assert sorted(status.forbidden_kinds) == ["cronjobs.batch", "jobs.batch"]

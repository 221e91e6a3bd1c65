"""The last collection of garbage in a status: in the Pod of one replica, and in a Job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.status import Snapshot, Status, assess, format_status, read_snapshot
from registry_gitops.cluster.status.live_objects import Object
from tests.cluster.deployments import load_snapshot, with_change

from .deployment_api import serving

SCHEDULE = "30 3 * * 0"
RESULT = (
    "garbage-collection start=2026-11-25T01:30:01Z end=2026-11-25T01:30:05Z seconds=4 exit={code} "
    "deleted_blobs={blobs} deleted_manifests=1 kept_blobs=7"
)


def in_pod(*lines: str) -> Snapshot:
    """A deployment that collects in its Pod, with the log of the collector."""
    container = {"name": "garbage-collection", "env": [{"name": "GC_SCHEDULE", "value": SCHEDULE}]}

    def add(spec: dict[str, Any]) -> None:
        spec["containers"].append(container)

    snapshot = with_change(load_snapshot("ready"), "Deployment", lambda it: add(it["spec"]["template"]["spec"]))

    def edit(pod: dict[str, Any]) -> None:
        pod.setdefault("spec", {}).setdefault("containers", [{"name": "registry"}]).append(container)
        pod["status"]["containerStatuses"].append({"name": "garbage-collection", "ready": True, "state": {}})

    snapshot = with_change(snapshot, "Pod", edit)
    (pod,) = snapshot.of_kinds("Pod")
    return replace(snapshot, logs={f"{pod.name}/garbage-collection": "\n".join(lines)})


def in_job(job: dict[str, Any] | None, log: str = "") -> Snapshot:
    """A deployment that collects in a Job, which has this status."""

    def inventory(release: dict[str, Any]) -> None:
        entry = {"id": "docker-registry_docker-registry-collection_batch_CronJob", "v": "v1"}
        release["status"]["inventory"]["entries"].append(entry)

    snapshot = with_change(load_snapshot("ready"), "HelmRelease", inventory)
    (deployment,) = snapshot.of_kinds("Deployment")
    names = {"namespace": "docker-registry", "uid": "1", "labels": deployment.labels}
    cron_job = {"name": "docker-registry-collection", **names}
    objects = [Object({"kind": "CronJob", "metadata": cron_job, "spec": {"schedule": SCHEDULE}})]
    if job is not None:
        owner = {"ownerReferences": [{"uid": "1"}], "creationTimestamp": "2026-11-25T01:30:00Z"}
        meta = {"name": "docker-registry-collection-1", "namespace": "docker-registry", "uid": "2", **owner}
        pod = {**meta, "name": "collection-pod", "uid": "3", "ownerReferences": [{"uid": "2"}]}
        containers = {"containers": [{"name": "read-only"}, {"name": "garbage-collection"}]}
        statuses = [{"name": container["name"], "ready": False, "state": {}} for container in containers["containers"]]
        objects += [
            Object({"kind": "Job", "metadata": meta, "status": job}),
            Object({"kind": "Pod", "metadata": pod, "spec": containers, "status": {"containerStatuses": statuses}}),
        ]
    logs = {"collection-pod/garbage-collection": log} if log else {}
    return replace(snapshot, objects=(*snapshot.objects, *objects), logs=logs)


def line(status: Status) -> str:
    (found,) = (line for line in format_status(status).splitlines() if line.startswith("garbage "))
    return found


def causes(status: Status) -> list[str]:
    return [cause.id.value for cause in status.findings]


def finished(kind: str) -> dict[str, Any]:
    condition = {"type": kind, "status": "True", "lastTransitionTime": "2026-11-25T01:31:00Z", "message": "it failed"}
    times = {"startTime": "2026-11-25T01:30:00Z"}
    return {**times, "conditions": [condition]} | ({"completionTime": times["startTime"]} if kind == "Complete" else {})


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


def read_only(snapshot: Snapshot) -> Snapshot:
    def edit(deployment: dict[str, Any]) -> None:
        labels = deployment["spec"]["template"].setdefault("metadata", {}).setdefault("labels", {})
        labels["docker-registry/access"] = "read-only"

    return with_change(snapshot, "Deployment", edit)


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

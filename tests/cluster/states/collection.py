"""Collections of garbage that fail, that cannot start, and one that left the registry read-only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from registry_gitops.cluster.status import Snapshot
from registry_gitops.cluster.status.live_objects import Object
from tests.cluster.deployments import load_snapshot, with_change
from tests.cluster.states.state import State, edit, recorded

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


def finished(kind: str) -> dict[str, Any]:
    condition = {"type": kind, "status": "True", "lastTransitionTime": "2026-11-25T01:31:00Z", "message": "it failed"}
    times = {"startTime": "2026-11-25T01:30:00Z"}
    return {**times, "conditions": [condition]} | ({"completionTime": times["startTime"]} if kind == "Complete" else {})


def read_only(snapshot: Snapshot) -> Snapshot:
    def edit(deployment: dict[str, Any]) -> None:
        labels = deployment["spec"]["template"].setdefault("metadata", {}).setdefault("labels", {})
        labels["docker-registry/access"] = "read-only"

    return with_change(snapshot, "Deployment", edit)


_SCRIPTS: Final = "https://github.com/distribution/distribution/blob/main/registry/root.go"
_GUARD: Final = "2026-11-25T01:45:00Z garbage was not collected: "
_FAILED: Final = RESULT.format(code=1, blobs=0)


def _failed(title: str, report: str, log: str, says: str, *remedy: str, guard: str = "") -> State:
    """Return a registry whose last Job failed, with the logs of the collector and of the container next to it."""
    snapshot = in_job(finished("Failed"), log)
    snapshot = replace(snapshot, logs={**snapshot.logs, "collection-pod/read-only": guard})
    return State(title, report, snapshot, ("collection-failed",), (says,), remedy, ready=True)


def _collector_ended(reason: str) -> Snapshot:
    ended = {"exitCode": 137, "reason": reason}

    def change(pod: dict[str, Any]) -> None:
        for item in pod["status"]["containerStatuses"]:
            item["state"] = {"terminated": ended}

    return edit("Pod", change, "collection-pod")(in_job(finished("Failed"), "panic"))


def _image_waits(pod: dict[str, Any]) -> None:
    waiting = {"reason": "ImagePullBackOff", "message": "Back-off pulling image: ErrImagePull: manifest unknown"}
    image = "ghcr.io/fluxcd/flux-cli:v9"
    pod["status"]["containerStatuses"][0].update(image=image, restartCount=0, state={"waiting": waiting})


_RUNNING: Final = {"startTime": "2026-11-25T01:30:00Z"}
_FORBIDDEN: Final = (
    'Error from server (Forbidden): deployments.apps "docker-registry" is forbidden: User "system:serviceaccount:'
    'docker-registry:docker-registry-collection" cannot patch resource "deployments" in API group "apps"'
)

STATES: Final[tuple[State, ...]] = (
    recorded(
        "left-read-only",
        "the Pods are read-only, and no Job runs",
        "left-read-only",
        remedy=("kubectl set env -n docker-registry deployment/docker-registry", "the next collection does it too"),
        ready=True,
    ),
    recorded(
        "collection-cache-refused",
        "the Secret of `cache.redis` has a wrong password",
        "collection-failed",
        says=("Redis refuses the password", "WRONGPASS"),
        remedy=('`values.cache.redis.existingSecret` (now "registry-redis")',),
        ready=True,
    ),
    _failed(
        "the collector finds no bucket",
        _SCRIPTS,
        "failed to garbage collect: failed to mark: s3aws: NoSuchBucket: The specified bucket does not "
        f"exist.\n{_FAILED}",
        "the bucket does not exist",
        "values.storage.s3.bucket",
        "kubectl logs -n docker-registry collection-pod --all-containers",
    ),
    _failed(
        "the collector may not delete a file",
        _SCRIPTS,
        "failed to garbage collect: failed to delete blob: filesystem: unlinkat /var/lib/registry/docker: permission "
        f"denied\n{_FAILED}",
        "not allowed to write to the volume",
        "values.podSecurityContext.fsGroup",
    ),
    _failed(
        "the cache cannot be emptied: Redis wants a password",
        "https://github.com/redis/redis/blob/unstable/src/server.c",
        f'{_FAILED} reason="the cache at redis:6379 cannot be emptied: -NOAUTH Authentication required."',
        "Redis refuses the password",
        "values.cache.redis.existingSecret",
    ),
    _failed(
        "the cache cannot be emptied: Bitnami's Redis has no FLUSHDB",
        "https://github.com/bitnami/charts/blob/main/bitnami/redis/values.yaml",
        f"{_FAILED} reason=\"the cache at redis:6379 cannot be emptied: -ERR unknown command 'FLUSHDB'\"",
        "does not allow a command",
        "values.cache.type",
    ),
    _failed(
        "a Pod does not become read-only",
        _SCRIPTS,
        "",
        "not every Pod of the registry became read-only",
        "kubectl get pods -n docker-registry",
        guard=f"{_GUARD}not every Pod is read-only: pod/docker-registry-1\n",
    ),
    _failed(
        "the Job is not allowed to change the Deployment",
        "https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go",
        "",
        "not allowed to make the registry read-only",
        "`flux reconcile helmrelease docker-registry -n docker-registry --force`",
        guard=f"{_FORBIDDEN}\n{_GUARD}the deployment cannot be changed\n",
    ),
    _failed(
        "the node of the collector was drained",
        _SCRIPTS,
        f'{_FAILED} reason="the Pod ended"',
        "its Pod was ended",
        "wait",
    ),
    _failed(
        "two collections ran at a time",
        _SCRIPTS,
        f"failed to garbage collect: failed to mark: s3aws: Path not found: /docker/registry/v2/blobs\n{_FAILED}",
        "files that are gone",
        "wait",
    ),
    _failed(
        "a collection failed in a way that is not known",
        _SCRIPTS,
        f"failed to garbage collect: the moon is in the wrong phase\n{_FAILED}",
        "the moon is in the wrong phase",
        "correct what the log names",
    ),
    State(
        "the collector has too little memory",
        _SCRIPTS,
        _collector_ended("OOMKilled"),
        ("collection-failed",),
        ("exceeded its memory limit",),
        ("values.garbageCollection.resources.limits.memory",),
        ready=True,
    ),
    State(
        "the image with kubectl does not exist",
        "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/image_manager.go",
        edit("Pod", _image_waits, "collection-pod")(in_job(_RUNNING)),
        ("collection-failed",),
        ("ghcr.io/fluxcd/flux-cli:v9", "has no such image"),
        ("values.garbageCollection.kubectlImage.tag",),
        never=("values.image.tag",),
        ready=True,
    ),
    State(
        "a collection was ended while the registry was read-only",
        _SCRIPTS,
        read_only(in_job({**_RUNNING, "conditions": [{"type": "Complete", "status": "True"}]})),
        ("left-read-only",),
        ("refuses pushes",),
        ("kubectl set env -n docker-registry deployment/docker-registry", "the next collection does it too"),
        ready=True,
    ),
    State(
        "garbage collection was disabled while the registry was read-only",
        _SCRIPTS,
        read_only(load_snapshot("ready")),
        ("left-read-only",),
        ("refuses pushes",),
        ("kubectl set env -n docker-registry deployment/docker-registry",),
        never=("the next collection",),
        ready=True,
    ),
)

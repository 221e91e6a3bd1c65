"""The Pod has a node, but its containers do not run, or run and are not ready."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.kubectl_errors import find_remedy
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER, values_key_for
from registry_gitops.cluster.status.live_objects import Container, Object, list_containers, parse_time
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_START_TIME: Final = timedelta(seconds=20)
"""A container that takes longer to become ready is a cause."""

_NOT_PULLED: Final = ("ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
_EXISTING_TAG: Final = "set `values.image.tag`, or `values.image.digest`, to one that exists"
_ADD_CREDENTIALS: Final = "set `values.image.pullSecrets` to a Secret with credentials"
_IMAGE_REMEDIES: Final = {
    "not found": _EXISTING_TAG,
    "manifest unknown": _EXISTING_TAG,
    "couldn't parse": "correct `values.image.repository` and `values.image.tag`",
    "unauthorized": f"{_ADD_CREDENTIALS}; check `values.image.repository` too",
    "denied": f"{_ADD_CREDENTIALS}; check `values.image.repository` too",
    "no basic auth": _ADD_CREDENTIALS,
    "toomanyrequests": f"{_ADD_CREDENTIALS}, or set `values.image.registry` to a mirror",
    "ErrImageNeverPull": "set `values.image.pullPolicy: IfNotPresent`, or load the image onto the node",
}
_IMAGE_UNREACHABLE: Final = (
    "check `values.image.registry`, `values.image.repository`, and `values.image.tag`, and that the node can reach "
    "that registry"
)
_MISSING_OBJECT: Final = re.compile(
    r"""(secret|configmap)\ ["']([^"']+)["']\ not\ found
    | couldn't\ find\ key\ (\S+)\ in\ (Secret|ConfigMap)\ (\S+)
    | references\ non-existent\ (secret|config)\ key:\ (\S+)""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_LOG: Final = "unable to retrieve container logs"
"""The kubelet's text instead of a log that it has deleted."""
_ERROR_LINE: Final = re.compile(r"error|fatal|panic|invalid|denied|failed", re.IGNORECASE)


def secret_missing(snapshot: Snapshot) -> Iterator[Cause]:
    """A Secret or ConfigMap, or a key in it, that the Pod mounts or has in its environment does not exist."""
    for pod in snapshot.unready_pods:
        messages = [item.message for item in list_containers(pod) if item.waiting == "CreateContainerConfigError"]
        messages += [event.message for event in snapshot.events_of(pod) if event.reason == "FailedMount"]
        for message in messages:
            if match := _MISSING_OBJECT.search(message):
                yield _object_missing(pod, message, match, snapshot)
                return


def _object_missing(pod: Object, message: str, match: re.Match[str], snapshot: Snapshot) -> Cause:
    kind = "ConfigMap" if (match[1] or match[4] or match[6]).lower().startswith("config") else "Secret"
    name = (match[2] or match[5] or "").rpartition("/")[2]
    what = f"the {kind} {name}" if name else f"a {kind}"
    key = values_key_for(snapshot.release, name) or "the value that names it"
    if 'volume "htpasswd"' in message:
        command = f"registry-gitops htpasswd USER --namespace {pod.namespace} --name {name} | kubectl apply -f -"
        remedy = f"create it: `{command}`, or correct {key}"
    else:
        how = " (`registry-gitops secret` prints the Secrets of the chart)" if kind == "Secret" else ""
        remedy = f"create it in namespace {pod.namespace}{how}, or correct {key}; {RENDER}"
    return new_cause(
        CauseId.SECRET_MISSING,
        pod,
        f"{what} {'does not exist' if match[1] else 'lacks a key'}",
        remedy,
        evidence=message,
        since=pod.created,
    )


def image_not_pulled(snapshot: Snapshot) -> Iterator[Cause]:
    """The kubelet cannot pull the image."""
    for pod in snapshot.unready_pods:
        for container in list_containers(pod):
            if container.waiting in _NOT_PULLED:
                # Older kubelets write only "Back-off pulling image": their event has the reason.
                pulls = (event.message for event in snapshot.events_of(pod) if "Failed to pull" in event.message)
                message = container.message if ": " in container.message else next(pulls, container.message)
                remedy = find_remedy(f"{message} {container.waiting}", _IMAGE_REMEDIES, _IMAGE_UNREACHABLE)
                yield new_cause(
                    CauseId.IMAGE_NOT_PULLED,
                    pod,
                    f"the image {container.image} cannot be pulled",
                    f"{remedy}; {RENDER}",
                    evidence=message,
                    since=pod.created,
                )
                return


def crash_loop(snapshot: Snapshot) -> Iterator[Cause]:
    """A container exits with an error, again and again."""
    for pod in snapshot.unready_pods:
        for container in list_containers(pod):
            has_failed = not container.is_ready and container.ended.get("exitCode")
            if has_failed and not _is_killed_by_probe(pod, snapshot):
                yield _crashed(pod, container, snapshot)
                return


def _crashed(pod: Object, container: Container, snapshot: Snapshot) -> Cause:
    code, reason = container.ended.get("exitCode"), container.ended.get("reason")
    if reason == "OOMKilled":
        message = "the registry exceeded its memory limit, and was killed"
        remedy = f"raise `values.resources.limits.memory`; {RENDER}"
    else:
        message = f"{container.name} exits on start, with exit code {code}"
        # The kubelet keeps one log: of the container that runs, or else of the last one.
        previous = " --previous" if container.started else ""
        remedy = (
            "correct `values.configuration` or `values.extraEnvVars` as the line says; more of the log: "
            f"`kubectl logs -n {pod.namespace} {pod.name} -c {container.name}{previous}`"
        )
    log = snapshot.logs.get(f"{pod.name}/{container.name}", "")
    return new_cause(
        CauseId.CRASH_LOOP,
        pod,
        message,
        remedy,
        evidence=find_error_line(log) or f"{reason}, exit code {code}",
        since=parse_time(container.ended.get("finishedAt")) if not container.restarts else pod.created,
    )


def find_error_line(log: str) -> str:
    """Return the last line of a log about an error, before any help on usage; or the last line."""
    before_usage = log.partition("\nUsage:")[0].splitlines()
    lines = [line.strip() for line in before_usage if line.strip() and not line.startswith(_NO_LOG)]
    return next((line for line in reversed(lines) if _ERROR_LINE.search(line)), lines[-1] if lines else "")


def not_healthy(snapshot: Snapshot) -> Iterator[Cause]:
    """The container runs, but the kubelet's probes fail."""
    for pod in snapshot.unready_pods:
        probes = [event for event in snapshot.events_of(pod) if event.reason == "Unhealthy"]
        is_late = any(
            container.started and not container.is_ready and snapshot.read_at - container.started > _START_TIME
            for container in list_containers(pod)
        )
        if probes and (is_late or _is_killed_by_probe(pod, snapshot)):
            yield new_cause(
                CauseId.NOT_HEALTHY,
                pod,
                "the registry runs, but its probes fail",
                _probe_remedy(probes[0], pod),
                evidence=probes[0].message,
                since=pod.condition("Ready").since,
            )
            return


def _probe_remedy(probe: Event, pod: Object) -> str:
    log = f"its log: `kubectl logs -n {pod.namespace} {pod.name}`"
    if "refused" in probe.message:
        return f"it listens on another address: remove REGISTRY_HTTP_ADDR from `values.extraEnvVars`; {log}"
    if "503" in probe.message:
        return f"it cannot reach its storage: check `values.storage` and `values.configuration.storage`; {log}"
    return f"find what it waits for in {log}"


def _is_killed_by_probe(pod: Object, snapshot: Snapshot) -> bool:
    """Return whether the kubelet ends the container because its liveness probe fails."""
    return any(
        event.reason == "Killing" and "failed liveness probe" in event.message for event in snapshot.events_of(pod)
    )

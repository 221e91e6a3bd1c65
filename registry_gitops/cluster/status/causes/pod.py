"""The Pod has a node, and its containers do not run, or run and do not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.remedies import remedy
from registry_gitops.cluster.status.causes.wording import RENDER, named, naming, said
from registry_gitops.cluster.status.model import Cause, CauseId
from registry_gitops.cluster.status.objects import Container, Object, containers, time_of
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_PATIENCE: Final = timedelta(seconds=20)
"""How long a container may take to become ready before that is worth a word."""

_NOT_PULLED: Final = ("ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
_IMAGE_REMEDIES: Final = {
    "not found": "set `values.image.tag`, or `values.image.digest`, to one that exists",
    "manifest unknown": "set `values.image.tag`, or `values.image.digest`, to one that exists",
    "couldn't parse": "correct `values.image.repository` and `values.image.tag`",
    "unauthorized": "name a Secret with the login in `values.image.pullSecrets`; check `values.image.repository` too",
    "denied": "name a Secret with the login in `values.image.pullSecrets`; check `values.image.repository` too",
    "no basic auth": "name a Secret with the login in `values.image.pullSecrets`",
    "toomanyrequests": "name a Secret with a login in `values.image.pullSecrets`, or take a mirror as "
    "`values.image.registry`",
    "ErrImageNeverPull": "set `values.image.pullPolicy: IfNotPresent`, or load the image onto the node",
}
_IMAGE_UNREACHED: Final = (
    "check `values.image.registry`, `values.image.repository` and `values.image.tag`, and whether the node reaches "
    "that registry"
)
_ABSENT: Final = re.compile(
    r"""(secret|configmap)\ ["']([^"']+)["']\ not\ found
    | couldn't\ find\ key\ (\S+)\ in\ (Secret|ConfigMap)\ (\S+)
    | references\ non-existent\ (secret|config)\ key:\ (\S+)""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_LOG: Final = "unable to retrieve container logs"
"""What the kubelet gives in place of a log that it has removed."""
_TELLING: Final = re.compile(r"error|fatal|panic|invalid|denied|failed", re.IGNORECASE)


def secret_missing(snapshot: Snapshot) -> Iterator[Cause]:
    """A Secret or ConfigMap, or a key in it, that the Pod mounts or takes its environment from."""
    for pod in snapshot.waiting:
        words = [each.message for each in containers(pod) if each.waiting == "CreateContainerConfigError"]
        words += [event.message for event in snapshot.events_of(pod) if event.reason == "FailedMount"]
        found = next(((each, match) for each in words if (match := _ABSENT.search(each))), None)
        if found:
            yield _absent(pod, *found, snapshot)
            return


def _absent(pod: Object, message: str, match: re.Match[str], snapshot: Snapshot) -> Cause:
    kind = "ConfigMap" if (match[1] or match[4] or match[6]).lower().startswith("config") else "Secret"
    name = (match[2] or match[5] or "").rpartition("/")[2]
    what = f"the {kind} {name}" if name else f"a {kind}"
    key = naming(snapshot.release, name) or "the value that names it"
    if 'volume "htpasswd"' in message:
        command = f"registry-gitops htpasswd USER --namespace {pod.namespace} --name {name} | kubectl apply -f -"
        remedy = f"make it: `{command}`, or correct {key}"
    else:
        remedy = f"create it in namespace {pod.namespace}, or correct {key}; {RENDER}"
    return Cause(
        id=CauseId.SECRET_MISSING,
        object=named(pod, snapshot),
        message=f"{what} {'does not exist' if match[1] else 'lacks a key'}",
        detail=said(message),
        remedy=remedy,
        since=pod.created,
    )


def image_not_pulled(snapshot: Snapshot) -> Iterator[Cause]:
    """The kubelet cannot pull the image."""
    for pod in snapshot.waiting:
        for container in containers(pod):
            if container.waiting in _NOT_PULLED:
                # "Back-off pulling image" of older kubelets tells no reason: their event does.
                pulls = (event.message for event in snapshot.events_of(pod) if "Failed to pull" in event.message)
                message = container.message if ": " in container.message else next(pulls, container.message)
                todo = remedy(f"{message} {container.waiting}", _IMAGE_REMEDIES, _IMAGE_UNREACHED)
                yield Cause(
                    id=CauseId.IMAGE_NOT_PULLED,
                    object=named(pod, snapshot),
                    message=f"the image {container.image} cannot be pulled",
                    detail=said(message),
                    remedy=f"{todo}; {RENDER}",
                    since=pod.created,
                )
                return


def crash_loop(snapshot: Snapshot) -> Iterator[Cause]:
    """The registry ends by itself, again and again."""
    for pod in snapshot.waiting:
        for container in containers(pod):
            if not container.ready and container.ended.get("exitCode") and not _killed(pod, snapshot):
                yield _crashed(pod, container, snapshot)
                return


def _crashed(pod: Object, container: Container, snapshot: Snapshot) -> Cause:
    code, reason = container.ended.get("exitCode"), container.ended.get("reason")
    if reason == "OOMKilled":
        message = "the registry takes more memory than it may, and is killed"
        remedy = f"raise `values.resources.limits.memory`; {RENDER}"
    else:
        message = f"{container.name} ends as soon as it starts, with exit code {code}"
        # The kubelet keeps one log: of the container that runs, or else of the last one.
        previous = " --previous" if container.started else ""
        remedy = (
            "correct `values.configuration` or `values.extraEnvVars` as the line says; more of the log: "
            f"`kubectl logs -n {pod.namespace} {pod.name} -c {container.name}{previous}`"
        )
    return Cause(
        id=CauseId.CRASH_LOOP,
        object=named(pod, snapshot),
        message=message,
        detail=said(last_words(snapshot.logs.get(f"{pod.name}/{container.name}", "")) or f"{reason}, exit code {code}"),
        remedy=remedy,
        since=time_of(container.ended.get("finishedAt")) if not container.restarts else pod.created,
    )


def last_words(log: str) -> str:
    """The line of a log that tells most: the last that speaks of an error, before any help on usage; or the last."""
    before_usage = log.partition("\nUsage:")[0].splitlines()
    lines = [line.strip() for line in before_usage if line.strip() and not line.startswith(_NO_LOG)]
    return next((line for line in reversed(lines) if _TELLING.search(line)), lines[-1] if lines else "")


def not_healthy(snapshot: Snapshot) -> Iterator[Cause]:
    """The container runs, and the kubelet's probes of it fail."""
    for pod in snapshot.waiting:
        probes = [event for event in snapshot.events_of(pod) if event.reason == "Unhealthy"]
        late = any(
            each.started and not each.ready and snapshot.now - each.started > _PATIENCE for each in containers(pod)
        )
        if probes and (late or _killed(pod, snapshot)):
            yield Cause(
                id=CauseId.NOT_HEALTHY,
                object=named(pod, snapshot),
                message="the registry runs, and does not answer as it should",
                detail=said(probes[0].message),
                remedy=_probe_remedy(probes[0], pod),
                since=pod.condition("Ready").since,
            )
            return


def _probe_remedy(probe: Event, pod: Object) -> str:
    log = f"its log: `kubectl logs -n {pod.namespace} {pod.name}`"
    if "refused" in probe.message:
        return f"it listens elsewhere: take REGISTRY_HTTP_ADDR out of `values.extraEnvVars`; {log}"
    if "503" in probe.message:
        return f"it cannot reach its storage: check `values.configuration.storage`; {log}"
    return f"see what it waits for in {log}"


def _killed(pod: Object, snapshot: Snapshot) -> bool:
    """Whether it is the kubelet that ends the container, since a probe fails."""
    return any(
        event.reason == "Killing" and "failed liveness probe" in event.message for event in snapshot.events_of(pod)
    )

"""The containers end, again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.containers.container_origin import (
    REGISTRY,
    adapt_remedy,
    describe_place,
    resources_key,
)
from registry_gitops.cluster.status.causes.containers.container_starts import KILLED, find_refusal
from registry_gitops.cluster.status.causes.containers.failed_probes import is_killed_by_probe
from registry_gitops.cluster.status.causes.containers.registry_log import LogError, explain_end, find_error_line
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.display import format_age
from registry_gitops.cluster.status.live_objects import Container, Object, list_containers, parse_time
from registry_gitops.cluster.status.snapshot import Snapshot

_SHORT_RUN: Final = timedelta(minutes=1)
"""A container that ended before has failed to start."""


def crash_loop(snapshot: Snapshot) -> Iterator[Cause]:
    """A container ends, again and again."""
    for pod in snapshot.unready_pods:
        for container in list_containers(pod):
            if _has_crashed(pod, container, snapshot):
                yield _crashed(pod, container, snapshot)
                return


def _has_crashed(pod: Object, container: Container, snapshot: Snapshot) -> bool:
    code = container.ended.get("exitCode")
    if container.is_ready or code is None or container.has_recovered(snapshot.read_at):
        return False
    if find_refusal(pod, container, snapshot):
        return False
    if code in KILLED and is_killed_by_probe(pod, container, snapshot):
        return False
    return code != 0 or container.waiting == "CrashLoopBackOff"


def _crashed(pod: Object, container: Container, snapshot: Snapshot) -> Cause:
    code, reason = container.ended.get("exitCode"), container.ended.get("reason")
    error = LogError("", None)
    if reason == "OOMKilled":
        message, remedy = _out_of_memory(pod, container, snapshot)
    elif code == 137:
        message = f"{container.name} was killed, with exit code 137: not for its own memory limit"
        node = pod.text("spec.nodeName") or "NODE"
        remedy = f"find out whether the node was short of memory: `kubectl describe node {node}`"
    else:
        log = snapshot.logs.get(f"{pod.name}/{container.name}", "")
        is_registry = container.name == REGISTRY
        error = explain_end(log) if is_registry else LogError(find_error_line(log), None)
        message = _describe_end(pod, container)
        if error.phrase:
            message = f"{message}: {error.phrase.message}"
        change, command = _remedy_for_end(error, container, snapshot), _logs_command(pod, container)
        remedy = f"{change}; more of the log: {command}" if change else f"read its log: {command}"
    limit = _memory_limit(pod, container.name) if reason == "OOMKilled" else ""
    return new_cause(
        CauseId.CRASH_LOOP,
        pod,
        message,
        remedy,
        evidence=error.text or f"{reason}, exit code {code}{f', memory limit {limit}' if limit else ''}",
        since=parse_time(container.ended.get("finishedAt")) if not container.restarts else pod.created,
    )


def _out_of_memory(pod: Object, container: Container, snapshot: Snapshot) -> tuple[str, str]:
    """Return what happened to a container that the kernel killed, and the remedy."""
    name = "the registry" if container.name == REGISTRY else f"the container {container.name}"
    key = resources_key(container.name)
    if not _memory_limit(pod, container.name):
        where = f"`{key}.requests.memory`" if key else "its request of memory"
        message = f"the node had no memory left, and {name} was killed"
        remedy = f"set {where} to what it needs, so that it gets a node which has that"
    else:
        where = f"`{key}.limits.memory`" if key else "its memory limit"
        message = f"{name} exceeded its memory limit, and was killed"
        remedy = f"raise {where}"
    place = "" if key else f"; the container is {describe_place(container.name, snapshot)}"
    return message, f"{remedy}{place}; {RENDER}"


def _memory_limit(pod: Object, name: str) -> str:
    """Return the memory limit of a container, or ""."""
    kinds = ("status.containerStatuses", "status.initContainerStatuses", "spec.containers", "spec.initContainers")
    found = (
        Object(item).get("resources.limits.memory") for kind in kinds for item in pod.items(kind) if _is(item, name)
    )
    return next((str(limit) for limit in found if limit), "")


def _is(item: Mapping[str, Any], name: str) -> bool:
    return item.get("name") == name


def _describe_end(pod: Object, container: Container) -> str:
    """Return that a container ended, and when in its life."""
    code = container.ended.get("exitCode")
    started, ended = (parse_time(container.ended.get(key)) for key in ("startedAt", "finishedAt"))
    if code == 0:
        return f"{container.name} ends at once, without an error"
    if any(_is(item, container.name) for item in pod.items("status.initContainerStatuses")):
        return f"{container.name}, which runs before the registry, ends with exit code {code}"
    if started and ended and ended - started > _SHORT_RUN:
        return f"{container.name} ended after {format_age(ended - started)}, with exit code {code}"
    return f"{container.name} exits on start, with exit code {code}"


def _remedy_for_end(error: LogError, container: Container, snapshot: Snapshot) -> str:
    """Return what to change, or "" if the log has a line that is not known."""
    if container.name != REGISTRY:
        return f"correct the container as its log says; it is {describe_place(container.name, snapshot)}"
    if error.phrase:
        return adapt_remedy(error.phrase, container.name, snapshot)
    if container.ended.get("exitCode") == 0:
        return f"remove or correct `values.command` and `values.args`; {RENDER}"
    return ""


def _logs_command(pod: Object, container: Container) -> str:
    # The kubelet keeps one log: of the container that runs, or else of the last one.
    previous = " --previous" if container.started else ""
    return f"`kubectl logs -n {pod.namespace} {pod.name} -c {container.name}{previous}`"


CAUSES: Final[tuple[FindCause, ...]] = (crash_loop,)

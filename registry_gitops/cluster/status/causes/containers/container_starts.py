"""The node does not start a container, or one that must end first does not end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.containers.container_origin import adapt_remedy, describe_place
from registry_gitops.cluster.status.causes.containers.pod_references import lacks_reference
from registry_gitops.cluster.status.live_objects import Container, Object, list_containers
from registry_gitops.cluster.status.snapshot import Snapshot

_INIT_TIME: Final = timedelta(minutes=1)
"""An init container that runs for longer is a cause."""
_REFUSED: Final = (
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PreCreateHookError",
    "PreStartHookError",
    "PostStartHookError",
    "StartError",
    "ContainerCannotRun",
)
"""Reasons of the kubelet and of runtimes for not starting a container."""
KILLED: Final = (0, 137, 143)
"""Exit codes of a container that the kubelet ends."""

NOT_STARTED_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"image has non-numeric user",
        "the image names its user in letters, so that the kubelet cannot see that it is not root",
        "set `values.containerSecurityContext.runAsUser` to the number of that user",
    ),
    Phrase(
        r"image will run as root|breaks non-root policy",
        "the container would run as root, which `runAsNonRoot` forbids",
        "set `values.containerSecurityContext.runAsUser` to a number above 0, such as 1000",
    ),
    Phrase(
        r"exec format error",
        "the program of the image is not built for the CPU of the node",
        "set `values.nodeSelector` to nodes that the image is built for (label kubernetes.io/arch), or "
        "`values.image.repository` and `values.image.tag` to an image that is built for these nodes",
    ),
    Phrase(
        r"OOM-killed|memory limit too low|memory\.max.{0,80}(?:device or resource busy|invalid argument)",
        "its memory limit is too low to start a process",
        "raise `values.resources.limits.memory`",
    ),
    Phrase(
        r"no space left on device|disk quota exceeded",
        "the disk of the node is full",
        "free space on the node, or enlarge its disk; nothing in registry.yaml is wrong",
    ),
    Phrase(
        r"subpath",
        "a `subPath` of its mounts does not exist, or is no directory",
        "correct `values.extraVolumeMounts`",
    ),
    Phrase(
        r"mount(?:ing|point)?\b.{0,300}(?:(?:not|is) a directory|no such file|file exists|read-only file ?system)"
        r"|mount a directory onto a file",
        "a mount does not fit its place: a file on a directory, or a place that the image does not have",
        "correct `values.extraVolumeMounts` or `values.extraFiles`",
    ),
    Phrase(
        r"executable file not found|\bexec: .{0,200}no such file or directory|stat .{0,80}no such file or directory",
        "the image does not have the program that is to be run",
        "correct `values.command` and `values.args`, or `values.image.repository` and `values.image.tag`",
    ),
    Phrase(
        r"\bexec: .{0,200}(?:permission denied|is a directory)",
        "the program that is to be run is not executable for its user",
        "correct `values.command`, or `values.image.repository` and `values.image.tag`",
    ),
    Phrase(
        r"is reserved for|is already in use by|conflict\. the container name",
        "the container runtime of the node still holds the container of an earlier try",
        "wait some minutes: the node is slow; if it lasts, have the container runtime of the node restarted",
    ),
    Phrase(
        r"apparmor|seccomp",
        "the node does not have the security profile that the container names",
        "correct `values.containerSecurityContext.seccompProfile`, or load the profile onto the nodes",
    ),
    Phrase(
        r"deadline ?exceeded|resource temporarily unavailable|cannot allocate memory|timed? ?out|cgroups?:"
        r"|have not yet been read",
        "the node is overloaded, or its container runtime does not work",
        "wait: the kubelet tries again; if it lasts, have the node repaired, or delete the Pod for a place on "
        "another one",
    ),
    Phrase(
        r"postStart|hook",
        "the command that runs after the start of the container fails",
        "correct `values.lifecycleHooks.postStart`",
    ),
)
"""What the kubelet and the runtimes say when a container cannot be created or started."""


def container_not_started(snapshot: Snapshot) -> Iterator[Cause]:
    """The node refuses to create or start a container."""
    for pod in snapshot.unready_pods:
        for container in list_containers(pod):
            if message := find_refusal(pod, container, snapshot):
                yield _not_started(pod, container, message, snapshot)
                return


def find_refusal(pod: Object, container: Container, snapshot: Snapshot) -> str:
    """Return why the node did not start a container that now waits, or ""."""
    ended = Object(container.ended)
    if container.started or container.is_ready or lacks_reference(container):
        return ""
    if ended.text("reason") in _REFUSED:
        return ended.text("message") or ended.text("reason")
    if container.waiting in _REFUSED:
        return container.message or container.waiting
    # The kubelet ends a container whose hook fails, as it ends any other one.
    events = (event for event in snapshot.events_of(pod) if event.reason == "FailedPostStartHook")
    is_killed = container.ended.get("exitCode") in KILLED
    return next((event.message for event in events if event.container in ("", container.name)), "") if is_killed else ""


def _not_started(pod: Object, container: Container, message: str, snapshot: Snapshot) -> Cause:
    phrase = find_phrase(f"{container.waiting}: {message}", NOT_STARTED_PHRASES)
    what = f"the node cannot start the container {container.name}"
    command = f"`kubectl describe pod {pod.name} -n {pod.namespace}`"
    return new_cause(
        CauseId.CONTAINER_NOT_STARTED,
        pod,
        f"{what}: {phrase.message}" if phrase else what,
        adapt_remedy(phrase, container.name, snapshot) if phrase else f"read all that the kubelet reports: {command}",
        evidence=message,
        since=pod.created,
    )


def init_container_runs(snapshot: Snapshot) -> Iterator[Cause]:
    """An init container does not end, so that the registry does not start."""
    for pod in snapshot.unready_pods:
        sidecars = {item.get("name") for item in pod.items("spec.initContainers") if item.get("restartPolicy")}
        inits = {item.get("name") for item in pod.items("status.initContainerStatuses")} - sidecars
        for container in list_containers(pod):
            is_running = container.name in inits and container.started is not None
            if is_running and snapshot.read_at - (container.started or snapshot.read_at) > _INIT_TIME:
                yield new_cause(
                    CauseId.CONTAINER_NOT_STARTED,
                    pod,
                    f"the registry waits for the init container {container.name}, which does not end",
                    "find what it waits for in its log: "
                    f"`kubectl logs -n {pod.namespace} {pod.name} -c {container.name}`; it is "
                    f"{describe_place(container.name, snapshot)}",
                    evidence=pod.condition("Initialized").message,
                    since=container.started,
                )
                return


CAUSES: Final[tuple[FindCause, ...]] = (
    container_not_started,
    init_container_runs,
)

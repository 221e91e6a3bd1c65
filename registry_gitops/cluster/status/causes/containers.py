"""The containers do not run, or run and are not ready."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Container, Object, list_containers, parse_time
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_START_TIME: Final = timedelta(seconds=20)
"""A container that takes longer to become ready is a cause."""
_NO_LOG: Final = "unable to retrieve container logs"
"""The kubelet's text instead of a log that it has deleted."""
_ERROR_LINE: Final = re.compile(r"error|fatal|panic|invalid|denied|failed", re.IGNORECASE)


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


CAUSES: Final[tuple[FindCause, ...]] = (
    crash_loop,
    not_healthy,
)

"""The containers run, but the kubelet's probes fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase, http_status
from registry_gitops.cluster.status.causes.containers.container_origin import REGISTRY, adapt_remedy, describe_place
from registry_gitops.cluster.status.causes.containers.registry_log import explain_failure
from registry_gitops.cluster.status.live_objects import Container, Object, list_containers
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_START_TIME: Final = timedelta(seconds=20)
"""A container whose probes fail for longer is a cause."""
_QUIET_TIME: Final = timedelta(minutes=2)
"""A container that takes longer to become ready is one, also without an event: they are kept for an hour."""

PROBE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        rf"{http_status(503)}|service unavailable",
        "it cannot reach its storage",
        "check `values.storage` and `values.configuration.storage`",
    ),
    Phrase(
        rf"{http_status(400)}|malformed HTTP (?:response|status)|HTTP request to an HTTPS server",
        "the probe speaks HTTP, and the port HTTPS",
        "set TLS by `values.tls`, or by `values.configuration.http.tls`, not by variables: the probes then follow it",
    ),
    Phrase(
        r"server gave HTTP response to HTTPS client|does not look like a TLS handshake",
        "the probe speaks HTTPS, and the port HTTP",
        "remove the variables in `values.extraEnvVars` that switch TLS off",
    ),
    Phrase(
        r"tls: |x509:|bad certificate|certificate required",
        "the TLS handshake with the probe fails",
        "correct `values.tls.existingSecret`, and `values.tls.clientAuthentication.mode`",
    ),
    Phrase(
        rf"{http_status(401)}|{http_status(403)}|unauthorized",
        "the path of the probe requires a login",
        "remove the path from `values.readinessProbe`: `GET /` of the registry is open to all",
    ),
    Phrase(
        rf"{http_status(404)}",
        "another program answers on its port, or the path of the probe does not exist",
        "correct `values.configuration.http.addr`, and the ports of other containers of the Pod",
    ),
    Phrase(
        rf"{http_status(500)}|internal server error",
        "it answers with errors",
        "find the error in its log",
    ),
    Phrase(
        r"connection refused",
        "it does not listen on the port of the probe",
        "correct `values.configuration.http.addr`, or remove REGISTRY_HTTP_ADDR from `values.extraEnvVars`",
    ),
    Phrase(
        r"executable file not found|exec failed|command .{0,80}(?:not found|timed out)",
        "the command of the probe fails",
        "correct the command of the probe",
    ),
    Phrase(
        r"time-?d? ?out|deadline ?exceeded|request canceled",
        "it does not answer the probe in time",
        "raise `values.resources.limits.cpu`, or `values.readinessProbe.timeoutSeconds` and "
        "`values.livenessProbe.timeoutSeconds`; check too that the node is not overloaded",
    ),
    Phrase(
        r"no route to host|network is unreachable|connection reset|\bEOF\b",
        "the node does not reach the Pod, or the connection is cut",
        "have the network of the node checked; nothing in registry.yaml is wrong, unless a network policy forbids it",
    ),
)
"""What the kubelet reports about probes."""


def not_healthy(snapshot: Snapshot) -> Iterator[Cause]:
    """The container runs, but the kubelet's probes fail."""
    for pod in snapshot.unready_pods:
        inits = {item.get("name") for item in pod.items("status.initContainerStatuses")}
        for container in list_containers(pod):
            probe = _find_probe(pod, container, snapshot)
            if probe is None and container.name in inits:
                continue
            limit = _START_TIME if probe else _QUIET_TIME
            if _runs_longer_than(limit, container, snapshot) or (
                probe and is_killed_by_probe(pod, container, snapshot)
            ):
                yield _unhealthy(pod, container, probe, snapshot)
                return
        gate = pod.condition("Ready")
        if pod.condition("ContainersReady").is_true and gate.reason == "ReadinessGatesNotReady":
            yield new_cause(
                CauseId.NOT_HEALTHY,
                pod,
                "the registry runs, but a readiness gate of its Pod is not met",
                "find why the controller that sets the gate, such as that of a load balancer, does not: see its log",
                evidence=gate.message,
                since=gate.since,
            )
            return


def _runs_longer_than(limit: timedelta, container: Container, snapshot: Snapshot) -> bool:
    """Return whether a container that is not ready runs for so long."""
    return not container.is_ready and container.started is not None and snapshot.read_at - container.started > limit


def _find_probe(pod: Object, container: Container, snapshot: Snapshot) -> Event | None:
    """Return the newest event about a failed probe of a container, since it started or was killed for it."""
    was_killed = is_killed_by_probe(pod, container, snapshot)
    for event in snapshot.events_of(pod):
        is_about_it = event.reason == "Unhealthy" and event.container in ("", container.name) and not container.is_ready
        if is_about_it and (was_killed or container.started is None or event.last >= container.started):
            return event
    return None


def _unhealthy(pod: Object, container: Container, probe: Event | None, snapshot: Snapshot) -> Cause:
    is_registry = container.name == REGISTRY
    name = "the registry" if is_registry else f"the container {container.name}"
    what = f"{name} runs, but its probes fail" if probe else f"{name} runs, but is not ready"
    log = snapshot.logs.get(f"{pod.name}/{container.name}", "")
    error = explain_failure(log) if is_registry else None
    phrase = find_phrase(probe.message, PROBE_PHRASES) if probe and is_registry else None
    if error and error.phrase:
        phrase = error.phrase
    evidence = error.text if error else probe.message if probe else pod.condition("Ready").message
    remedy = adapt_remedy(phrase, REGISTRY, snapshot) if phrase else "find what it waits for"
    if not is_registry:
        remedy = f"{remedy}; it is {describe_place(container.name, snapshot)}"
    return new_cause(
        CauseId.NOT_HEALTHY,
        pod,
        f"{what}: {phrase.message}" if phrase else what,
        f"{remedy}; its log: `kubectl logs -n {pod.namespace} {pod.name} -c {container.name}`",
        evidence=evidence,
        since=pod.condition("Ready").since,
    )


def is_killed_by_probe(pod: Object, container: Container, snapshot: Snapshot) -> bool:
    """Return whether the kubelet ends the container because its liveness or startup probe fails."""
    pattern = rf"container\s+{re.escape(container.name)}\s+failed\s+(?:liveness|startup)\s+probe"
    kills = (event.message for event in snapshot.events_of(pod) if event.reason == "Killing")
    return any(re.search(pattern, message, re.IGNORECASE) for message in kills)


CAUSES: Final[tuple[FindCause, ...]] = (not_healthy,)

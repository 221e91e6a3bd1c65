"""How Kubernetes finds out whether the registry is alive and ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from registry_gitops.model import Model, NonNegative, Positive

# Not Literal[1], which admits true.
One = Annotated[int, Field(ge=1, le=1)]


class Probe(Model):
    """How often Kubernetes probes the container, and how many failures count. Upstream: Probe (core/v1)."""

    enabled: bool = True
    """Whether the probe is rendered."""

    initial_delay_seconds: NonNegative = 0
    """Seconds between the start of the container and the first probe."""

    period_seconds: Positive = 10
    """Seconds between two probes."""

    timeout_seconds: Positive = 3
    """Seconds until an unanswered probe counts as failed."""

    failure_threshold: Positive = 3
    """Failures in a row until Kubernetes acts."""

    success_threshold: Positive = 1
    """Successes in a row until the probe counts as passed."""

    instead: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("httpGet", "tcpSocket", "exec", "grpc", "path", "port", "scheme"),
        "the chart decides what is probed, leave it out",
    )


class LivenessProbe(Probe):
    """A TCP connection to the API's port; a failure restarts the container.

    It requests no path: with a slow disk, every path returns 503, which a restart would not fix.
    """

    failure_threshold: Positive = 6
    """Failures in a row until the container is restarted."""

    success_threshold: One = 1
    """Kubernetes allows only 1 here."""


class ReadinessProbe(Probe):
    """GET / on the API's port, which needs no credentials; a failure takes the Pod out of the Service."""


class StartupProbe(Probe):
    """A TCP connection; until it succeeds, the other probes wait."""

    enabled: bool = False
    period_seconds: Positive = 2

    failure_threshold: Positive = 60
    """Failures in a row until the container is restarted."""

    success_threshold: One = 1
    """Kubernetes allows only 1 here."""

"""CPU and memory of the registry's container."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from registry_gitops.model import Model, QuantityText, default_section

_EphemeralStorage = Annotated[QuantityText | None, Field(alias="ephemeral-storage")]


class ResourceRequests(Model):
    """What the scheduler keeps free for the Pod."""

    cpu: QuantityText | None = "100m"
    """CPU, in cores or thousandths of one (100m). null asks for none."""

    memory: QuantityText | None = "128Mi"
    """Memory, in bytes with a unit. null asks for none."""

    ephemeral_storage: _EphemeralStorage = None
    """Room on the node's disk for logs and scratch data, in bytes with a unit."""


class ResourceLimits(Model):
    """What the container may use at most."""

    cpu: QuantityText | None = "500m"
    """CPU, in cores or thousandths of one (500m). null removes the limit."""

    memory: QuantityText | None = "512Mi"
    """Memory, in bytes with a unit; beyond it the container is killed. null removes the limit."""

    ephemeral_storage: _EphemeralStorage = None
    """Room on the node's disk, in bytes with a unit; beyond it the Pod is evicted."""


class Resources(Model):
    """Requests and limits of the container. Upstream: Container.resources (core/v1 ResourceRequirements)."""

    requests: ResourceRequests = default_section(ResourceRequests)
    """What the scheduler keeps free for the Pod."""

    limits: ResourceLimits = default_section(ResourceLimits)
    """What the container may use at most."""

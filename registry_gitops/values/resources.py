"""CPU and memory of the registry's container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from registry_gitops.amounts import parse_quantity
from registry_gitops.model import Model, QuantityText, RuleErrors, default_section
from registry_gitops.values.conflicts import conflict_error

_EphemeralStorage = Annotated[QuantityText | None, Field(alias="ephemeral-storage")]


class ResourceRequests(Model):
    """What the scheduler reserves for the Pod."""

    cpu: QuantityText | None = "100m"
    """CPU, in cores or thousandths of one (100m). null requests none."""

    memory: QuantityText | None = "128Mi"
    """Memory, in bytes with a unit. null requests none."""

    ephemeral_storage: _EphemeralStorage = None
    """Space on the node's disk for logs and temporary data, in bytes with a unit."""


class ResourceLimits(Model):
    """What the container can use at most."""

    cpu: QuantityText | None = "500m"
    """CPU, in cores or thousandths of one (500m). null removes the limit."""

    memory: QuantityText | None = "512Mi"
    """Memory, in bytes with a unit; beyond it the container is killed. null removes the limit."""

    ephemeral_storage: _EphemeralStorage = None
    """Space on the node's disk, in bytes with a unit; beyond it the Pod is evicted."""


class Resources(Model):
    """CPU and memory of the container. Upstream: Container.resources (core/v1 ResourceRequirements)."""

    requests: ResourceRequests = default_section(ResourceRequests)
    limits: ResourceLimits = default_section(ResourceLimits)

    def _rule_errors(self) -> RuleErrors:
        for name, field in ResourceLimits.model_fields.items():
            key, request, limit = field.alias or name, getattr(self.requests, name), getattr(self.limits, name)
            changed = "requests" if name in self.requests.model_fields_set else "limits"
            yield from request_errors(key, request, limit, changed)

    instead: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("cpu", "memory", "ephemeral-storage"), "write it in requests, in limits, or in both"),
        "request": "write requests",
        "limit": "write limits",
        "preset": "write requests and limits",
    }


def request_errors(resource: str, request: str | None, limit: str | None, changed: str = "requests") -> RuleErrors:
    """Yield an error, at the key that was `changed`, if a container requests more than its limit."""
    if request is not None and limit is not None and parse_quantity(request) > parse_quantity(limit):
        words = {"section": "resources", "resource": resource, "request": request, "limit": limit}
        yield (changed, resource), conflict_error("request-above-limit", **words)[1]

"""The registry's Pod, as far as Pod Security looks at it: plain data of core/v1, each part with its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry_gitops.model import Model, to_plain
from registry_gitops.values import RegistryValues


@dataclass(frozen=True)
class PodPart:
    """The Pod, a container of it, or a volume."""

    spec: Mapping[str, Any]
    """Its fields, as in the API, without those that are not set."""
    key: str
    """Key of the config file that its fields are below."""
    context_key: str = ""
    """Key of its security context, for the Pod and for containers."""

    @property
    def context(self) -> Mapping[str, Any]:
        """Its security context."""
        context: Mapping[str, Any] = self.spec.get("securityContext") or {}
        return context


@dataclass(frozen=True)
class PodShape:
    """A Pod of the Deployment."""

    pod: PodPart
    containers: tuple[PodPart, ...]
    """All containers, init containers included."""
    volumes: tuple[PodPart, ...] = ()


def shape_pod(values: RegistryValues) -> PodShape:
    """Return the Pod that the chart's _pod.tpl and _container.tpl render."""
    return PodShape(
        PodPart({"securityContext": _context(values.pod_security_context)}, "values", "values.podSecurityContext"),
        tuple(_containers(values)),
    )


def _containers(values: RegistryValues) -> Iterator[PodPart]:
    context = {"securityContext": _context(values.container_security_context)}
    yield PodPart(context, "values", "values.containerSecurityContext")


def _context(context: Model) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(context, _present_fields)
    return plain if plain.pop("enabled") else {}


def _present_fields(model: Model) -> Iterator[tuple[str, Any]]:
    for name, field in type(model).model_fields.items():
        if getattr(model, name) is not None:
            yield field.alias or name, getattr(model, name)

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
    pod = {"securityContext": _context(values.pod_security_context), "hostNetwork": values.host_network}
    return PodShape(
        PodPart(pod, "values", "values.podSecurityContext"),
        tuple(_containers(values)),
        tuple(
            PodPart(_plain(volume), f"values.extraVolumes[{index}]")
            for index, volume in enumerate(values.extra_volumes)
        ),
    )


def _containers(values: RegistryValues) -> Iterator[PodPart]:
    context = _context(values.container_security_context)
    hooks = _plain(values.lifecycle_hooks)
    yield PodPart({"securityContext": context, "lifecycle": hooks}, "values", "values.containerSecurityContext")
    for name, added in (("initContainers", values.init_containers), ("sidecars", values.sidecars)):
        for index, container in enumerate(added):
            spec, key = _plain(container), f"values.{name}[{index}]"
            if container.security_context is None:
                spec["securityContext"], context_key = context, "values.containerSecurityContext"
            else:
                context_key = f"{key}.securityContext"
            yield PodPart(spec, key, context_key)


def _context(context: Model) -> dict[str, Any]:
    plain = _plain(context)
    return plain if plain.pop("enabled") else {}


def _plain(model: Model) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(model, _present_fields)
    return plain


def _present_fields(model: Model) -> Iterator[tuple[str, Any]]:
    for name, field in type(model).model_fields.items():
        if getattr(model, name) is not None:
            yield field.alias or name, getattr(model, name)

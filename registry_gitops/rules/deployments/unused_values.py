"""Values without effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_OF_OWN_CLAIM: Final = ("size", "storage_class", "labels", "annotations", "resource_policy")


def unused_values(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A section has values, and nothing enables it, or the chart knows no such value.

    Why: the chart renders none of it. A Secret with users that is named in `auth.htpasswd.existingSecret` protects
    nothing until `auth.htpasswd.enabled` is true. A section with `enabled: false` is off on purpose. The community's
    chart docker-registry ignores values that it does not know, such as `env` or `garbageCollect.enable`.

    Source: https://github.com/twuni/docker-registry.helm/blob/main/values.yaml

    Bad: `auth.htpasswd: {existingSecret: users}`   Good: `auth.htpasswd: {enabled: true, existingSecret: users}`
    """
    values = deployment.values
    yield from _disabled(values, "values")
    volume = values.persistence
    if volume.existing_claim:
        unused = [name for name in _OF_OWN_CLAIM if name in volume.model_fields_set]
        for name in unused:
            key = type(volume).model_fields[name].alias
            yield f"values.persistence.{key}", "has no effect on a claim of yours, persistence.existingClaim: remove it"


def _disabled(section: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the sections below `section` that have values, and are off by default."""
    for name in section.model_fields_set:
        value, key = getattr(section, name), f"{path}.{type(section).model_fields[name].alias or name}"
        if not hasattr(value, "model_fields_set"):
            continue
        is_off = getattr(value, "enabled", None) is False
        if is_off and "enabled" not in value.model_fields_set and value.model_fields_set:
            yield key, f"has no effect: set {key.removeprefix('values.')}.enabled to true, or remove it"
        elif not is_off:
            yield from _disabled(value, key)

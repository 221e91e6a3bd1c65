"""A size without its unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.amounts import parse_quantity
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_LEAST: Final = 2**20


def missing_unit(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A volume or a memory is smaller than 1Mi, because its unit is missing or wrong.

    Why: 512 is 512 bytes, and 512m half a byte. The claim stays pending, or no container starts.

    Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

    Bad: `limits.memory: 512m`   Good: `limits.memory: 512Mi`
    """
    values = deployment.values
    sizes = {
        "persistence.size": values.persistence.size,
        "resources.requests.memory": values.resources.requests.memory,
        "resources.limits.memory": values.resources.limits.memory,
    }
    for key, size in sizes.items():
        if size is not None and parse_quantity(size) < _LEAST:
            amount = size.rstrip("m")
            yield f"values.{key}", f"{size} is less than one mebibyte: write a unit, such as {amount}Mi or {amount}Gi"

"""Read back what was rendered before, as far as rules compare it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.deployment import RegistryDeployment

_MAX_SIZE: Final = 4 * 2**20
"""Bytes of a helmrelease.yaml that are read."""


def read_earlier_rendering(directory: Path, deployment: RegistryDeployment) -> RegistryDeployment | None:
    """Return names and values of the helmrelease.yaml in `directory`, as a deployment.

    None if there is none, or if it cannot be read: another version, or a person, can have written it. Its namespace is
    that of `deployment` if it names none.
    """
    try:
        with (directory / "helmrelease.yaml").open("rb") as file:
            found = load_yaml(file.read(_MAX_SIZE).decode()).value
        return RegistryDeployment.model_validate(_config(found, deployment), by_alias=True, by_name=False)
    except (OSError, ValueError, YAMLError, ValidationError, LookupError, TypeError, AttributeError):
        return None


def _config(found: Mapping[str, Any], deployment: RegistryDeployment) -> dict[str, Any]:
    metadata, spec = found["metadata"], found["spec"]
    return {
        "name": metadata["name"],
        "namespace": metadata.get("namespace", deployment.namespace_options.name),
        "release": {key: spec[key] for key in ("releaseName", "targetNamespace") if key in spec},
        "values": spec.get("values", {}),
    }

"""No client finds the API."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def api_path(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The Ingress does not route /v2/ to the registry.

    Why: clients expect the API at /v2/ of the host, whatever the name of the image is. Every push and pull gets 404.

    Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support

    Bad: `ingress.path: /registry`   Good: `ingress.path: /`
    """
    endpoints = DeploymentFacts.of(deployment).endpoints
    if endpoints.is_api_path_missing:
        yield (
            "values.ingress.path",
            f"clients expect {endpoints.prefix}/v2/, which no rule of the Ingress routes: write path: /",
        )

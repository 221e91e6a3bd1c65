"""Everyone can delete images."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.exposure import Exposure
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def open_deletion(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Clients outside the cluster can delete images without a login.

    Why: one request removes an image that the cluster runs; it cannot be pulled again.

    Source: https://distribution.github.io/distribution/spec/api/#deleting-an-image

    Bad: `deletion.enabled: true` without `auth`   Good: `deletion.enabled: false`
    """
    exposure = Exposure(deployment)
    if exposure.is_open and exposure.facts.storage.accepts_deletions:
        yield (
            "values.deletion.enabled",
            f"clients outside the cluster can delete images without a login, through {exposure.way}: set "
            "deletion.enabled to false, or enable a login",
        )

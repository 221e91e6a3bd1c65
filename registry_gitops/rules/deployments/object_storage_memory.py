"""The registry needs more memory for its object storage."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.amounts import parse_quantity
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def object_storage_memory(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The memory limit is too low for pushes to object storage.

    Why: each push holds several parts of an upload in memory. Four pushes at a time took 143 MB with the default parts
    of 10 MiB, and 315 MB with parts of 32 MiB. Beyond its limit the container is killed, and all pushes fail.

    Source: https://distribution.github.io/distribution/storage-drivers/s3/ (chunksize)

    Bad: `limits.memory: 128Mi` with `storage.type: s3`   Good: `limits.memory: 512Mi`
    """
    s3, limit = deployment.values.effective_configuration.storage.s3, deployment.values.resources.limits.memory
    if s3 is None or limit is None:
        return
    needed = "256Mi" if (s3.chunk_size or 0) < 32 * 1024**2 else "512Mi"
    if parse_quantity(limit) < parse_quantity(needed):
        yield (
            "values.resources.limits.memory",
            f"{limit} is too little for parallel pushes to object storage, which hold parts of uploads in memory: "
            f"set at least {needed}",
        )

"""Garbage collection finds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def nothing_to_collect(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Garbage collection has nothing to delete.

    Why: it deletes the data of deleted images, and clients cannot delete any. Images whose tag was pushed again stay,
    unless `deleteUntagged` is set. The registry refuses pushes meanwhile, for nothing.

    Source: https://distribution.github.io/distribution/about/garbage-collection/

    Bad: `garbageCollection.enabled: true` alone   Good: that, and `deletion.enabled: true`
    """
    collection = deployment.values.garbage_collection
    deletion = deployment.values.effective_configuration.storage.delete
    can_delete = collection.delete_untagged or (deletion and deletion.enabled)
    if collection.enabled and not can_delete:
        yield (
            "values.garbageCollection.enabled",
            "there is nothing to collect, because clients cannot delete images: set deletion.enabled to true, or "
            "garbageCollection.deleteUntagged to true",
        )

"""Garbage collection deletes images that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def untagged_images_deleted(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Garbage collection deletes images without a tag.

    Why: an image loses its tag when the tag is pushed again. Workloads that pull it by digest, as GitOps recommends,
    then cannot start on a new node. Referrers without a tag, such as signatures, are deleted too. Switch this rule off
    if every image in use keeps its tag.

    Source: https://distribution.github.io/distribution/about/garbage-collection/

    Bad: `garbageCollection.deleteUntagged: true`   Good: tags that are never pushed again
    """
    collection = deployment.values.garbage_collection
    if collection.enabled and collection.delete_untagged:
        yield (
            "values.garbageCollection.deleteUntagged",
            "images that are pulled by digest are deleted as soon as their tag is pushed again: set deleteUntagged to "
            "false, or switch this rule off if every image in use keeps its tag",
        )

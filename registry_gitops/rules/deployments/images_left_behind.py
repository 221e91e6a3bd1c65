"""The registry would start without the images that it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.image_location import ImageLocation, find_changed_key, locate_images
from registry_gitops.rules.deployments.images_deleted import deletes_claim
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_ALLOW: Final = "render with --allow images-left-behind"


def images_left_behind(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The files rendered before keep the images in another claim, or another bucket.

    Why: the registry would be ready, and empty. The claim has the full name of the release, so `name`, `namespace`,
    `release.releaseName`, `release.targetNamespace`, `values.fullnameOverride`, and `values.nameOverride` rename it
    too. Other storage is empty until you copy the images. Where the files before were never applied, allow this rule
    once. docs/renaming.md has the steps. A pull-through cache is not checked: it fetches its images again.

    Bad: `name: images` after `name: docker-registry`   Good: also `values.persistence.existingClaim: docker-registry`
    """
    if directory.earlier is None:
        return
    earlier, now = DeploymentFacts.of(directory.earlier), DeploymentFacts.of(deployment)
    if (earlier.storage.is_cache and now.storage.is_cache) or deletes_claim(earlier, now):
        return
    before, after = locate_images(earlier), locate_images(now)
    if before is None or not before.is_known or before == after:
        return
    starts = (
        f"the registry would start with {after.describe(before)}"
        if after
        else "the registry would lose its images with each Pod"
    )
    message = f"the images are in {before.describe(after)}, and {starts}: {_remedy(before, after, now)}"
    yield find_changed_key(directory.earlier, deployment), message


def _remedy(before: ImageLocation, after: ImageLocation | None, now: DeploymentFacts) -> str:
    if after is None:
        return f"restore it, or {_ALLOW} to start empty"
    is_mountable = before.claim and (before.cluster, before.namespace) == (after.cluster, after.namespace)
    if is_mountable and before.claim == after.claim:
        return f"restore persistence.subPath, or {_ALLOW} to start empty"
    if is_mountable and now.storage.is_own_claim:
        return f"set persistence.existingClaim to {before.claim}, or {_ALLOW} to start empty"
    return f"restore it, or copy the images first, and {_ALLOW} then"

"""Images are lost with the Pod."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def images_lost_with_pod(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """All images are deleted when the Pod is replaced.

    Why: a Pod is replaced at each new configuration, and when its node fails or is drained. A pull-through cache gets
    its images back.

    Source: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir

    Bad: `persistence.enabled: false`   Good: `persistence: {enabled: true, size: 10Gi}`, or `storage.type: s3`
    """
    storage = DeploymentFacts.of(deployment).storage
    if storage.loss_reason and not storage.is_cache:
        is_typed = deployment.values.configuration.driver is None
        memory = "values.storage.type" if is_typed else "values.configuration.storage.inmemory"
        key = "values.persistence.enabled" if storage.is_on_disk else memory
        yield (
            key,
            f"the images are in {storage.loss_reason}, and all are deleted when the Pod is replaced: set "
            "persistence.enabled to true, or storage.type to an object store",
        )

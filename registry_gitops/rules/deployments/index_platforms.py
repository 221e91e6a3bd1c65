"""Some indexes end the request."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def index_platforms(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Only indexes whose entries all have a platform can be pushed.

    Why: the registry panics at an entry without a platform, as BuildKit's cache and nested indexes have them, and
    closes the connection of the push.

    Source: registry 3.1.1, `validation.manifests.indexes`

    Bad: `configuration.validation.manifests.indexes.platforms: list`   Good: `platforms: none`
    """
    validation = deployment.values.effective_configuration.validation
    indexes = validation and validation.manifests and validation.manifests.indexes
    if indexes and indexes.platforms == "list" and not (validation and validation.disabled):
        yield (
            "values.configuration.validation.manifests.indexes.platforms",
            "with list, a push of an index with an entry without a platform, such as BuildKit's cache, breaks off: "
            "write none, or all",
        )

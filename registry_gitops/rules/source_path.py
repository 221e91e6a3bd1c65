"""The chart goes to another directory than the one where Flux looks for it."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import GitSource, RegistryDeployment
from registry_gitops.masking import quote
from registry_gitops.rules.output_directory import OutputDirectory


def source_path(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The output directory has one path in its Git repository, and `source.path` names another.

    Why: `source.path` is counted from the root of the repository, so it is wrong as soon as the directory moves; Flux
    then reports only that it finds no chart.

    Bad: `source: {type: git, path: .}` in apps/registry   Good: `source: {type: git, path: apps/registry}`
    """
    source, path = deployment.source, directory.path_in_repository
    if isinstance(source, GitSource) and path is not None and source.path != path:
        yield (
            "source.path",
            f"source.path is {quote(source.path)}, but this directory is {path} in its Git repository: "
            f"write path: {path}",
        )

"""The chart is in a different directory from the one that Flux reads."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import GitSource, RegistryDeployment
from registry_gitops.masking import quote
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def source_path(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """`source.path` differs from the path of the output directory in its Git repository.

    Why: `source.path` starts at the root of the repository, so it is wrong after the directory moves; Flux then
    reports only that it finds no chart, or no path to apply. The files of `flux` are found by it too.

    Bad: `source: {type: git, path: .}` in apps/registry   Good: `source: {type: git, path: apps/registry}`
    """
    source, path = deployment.source, directory.path_in_repository
    if (
        isinstance(source, GitSource)
        and (source.is_path_used or deployment.flux)
        and path is not None
        and source.path != path
    ):
        yield (
            "source.path",
            f"source.path is {quote(source.path)}, but this directory is {path} in its Git repository: "
            f"write path: {path}",
        )

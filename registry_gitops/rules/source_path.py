"""The chart goes to another folder than the one where Flux looks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import GitSource, RegistryDeployment
from registry_gitops.rules.finding import Finding, Severity

# Not in RULES, because it is about a place and not about the deployment alone.
SOURCE_PATH: Final = "source-path"
"""Id of what `misplaced` finds."""


def misplaced(deployment: RegistryDeployment, path: str) -> Iterator[Finding]:
    """The folder stands at `path` in its Git repository, and the description says otherwise.

    Why: `source.path` is counted from the root of the repository, so it is wrong as soon as the folder moves; Flux then
    says no more than that it finds no chart.

    Bad: `source: {type: git, path: .}` in apps/registry   Good: `source: {type: git, path: apps/registry}`
    """
    source = deployment.source
    if isinstance(source, GitSource) and source.path != path:
        message = f'source.path is "{source.path}", but this folder is {path} in its Git repository: write path: {path}'
        yield Finding(SOURCE_PATH, Severity.ERROR, "source.path", message)

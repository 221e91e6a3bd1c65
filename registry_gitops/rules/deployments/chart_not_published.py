"""The documented chart does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import BITNAMI_URL, CHART_NAME, RegistryDeployment
from registry_gitops.facts import ChartFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def chart_not_published(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The source is Bitnami's repository, which never published the chart.

    Why: a HelmRelease that names it can never become Ready; Flux reports "chart pull error" forever. Documentation
    names the chart all the same.

    Source: https://github.com/bitnami/charts/tree/main/bitnami (no docker-registry in any commit),
    https://github.com/bitnami/charts/issues/35164

    Bad: `source: {type: helm}`   Good: `source: {type: git, path: apps/registry}`
    """
    if ChartFacts(deployment).is_unpublished:
        yield (
            "source.url",
            f"{BITNAMI_URL} has no chart {CHART_NAME}, so Flux can never deploy this: use source type git "
            "(the chart in your own repository), or oci with a registry that you pushed the chart to",
        )

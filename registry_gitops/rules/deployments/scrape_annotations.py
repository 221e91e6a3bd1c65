"""Prometheus finds no metrics."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def scrape_annotations(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Annotations send Prometheus to a port without metrics.

    Why: the port of the API has no /metrics. The metrics are at `metrics.port`, if `metrics.enabled` is true.

    Source: https://distribution.github.io/distribution/about/configuration/#prometheus

    Bad: the Pod annotation prometheus.io/scrape alone   Good: that, `metrics.enabled: true`, and prometheus.io/port
    """
    values = deployment.values
    for section, given in (
        ("podAnnotations", values.pod_annotations),
        ("service.annotations", values.service.annotations),
    ):
        if given.get("prometheus.io/scrape") != "true":
            continue
        port, path = given.get("prometheus.io/port"), given.get("prometheus.io/path", "/metrics")
        if not values.metrics.enabled:
            yield f"values.{section}", "prometheus.io/scrape finds no metrics: set metrics.enabled to true"
        elif (port, path) != (str(values.metrics.port), values.metrics.path):
            yield (
                f"values.{section}",
                f"the metrics are at port {values.metrics.port} and path {values.metrics.path}: set prometheus.io/port "
                "and prometheus.io/path to these",
            )

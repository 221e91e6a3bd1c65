"""Names of charts in their repository."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.findings import Severity
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text
from registry_gitops.rules.manifests.flux.referenced_sources import referenced_sources


def chart_name(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """The chart of a HelmRelease is no name in its HelmRepository.

    Why: Flux looks the name up in the index, or appends it to the oci:// URL. A path, a URL, or the prefix that
    `helm repo add` gives is not found. With the name at the end of the URL, Flux pulls podinfo/podinfo.

    Source: https://github.com/fluxcd/flux2/issues/2900

    Bad: `chart: podinfo` with `url: oci://ghcr.io/stefanprodan/charts/podinfo`
    Good: the same with `url: oci://ghcr.io/stefanprodan/charts`
    """
    path = ("spec", "chart", "spec", "chart")
    chart = known_text(manifest, *path)
    if not chart or manifest.get("spec", "chart", "spec", "sourceRef", "kind") != "HelmRepository":
        return
    if chart.startswith((".", "/")) or "://" in chart or chart.endswith(".tgz"):
        yield Problem(path, "a HelmRepository has charts by their names", "write the name of the chart alone")
        return
    sources = referenced_sources(manifest, repository, "spec", "chart", "spec", "sourceRef")
    urls = [known_text(source, "spec", "url").rstrip("/") for source in sources]
    if urls and "/" in chart and all(url.startswith("http") for url in urls):
        yield Problem(path, "the index of a chart repository has no name with a slash", "write the name alone")
    elif urls and all(url.startswith("oci://") and url.endswith(f"/{chart}") for url in urls):
        message = f"Flux appends the name to the URL of the HelmRepository, which ends with {chart} already"
        yield Problem(path, message, "remove the name from the URL", severity=Severity.WARNING)

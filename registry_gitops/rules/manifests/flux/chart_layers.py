"""The layer and the tag of an OCI artifact that is a chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem, is_decided_later
from registry_gitops.findings import Severity
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched
from registry_gitops.rules.manifests.flux_kinds import FLUX_KUSTOMIZATION, HELM_RELEASE, OCI_REPOSITORY

_CHART: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_REMEDY: Final = f"set layerSelector: {{mediaType: {_CHART}, operation: copy}}"


def chart_layer(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """An OCIRepository of a chart does not say which layer is the chart.

    Why: source-controller takes the first layer. In a chart that was pushed with its signature, that can be the
    signature: some versions fail with "requires gzip-compressed body", and others work.

    Source: https://github.com/fluxcd/source-controller/issues/1932

    Bad: `url: oci://ghcr.io/traefik/helm/traefik` alone
    Good: `layerSelector: {mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip, operation: copy}`
    """
    for source in _charts(repository):
        media_type = source.get("spec", "layerSelector", "mediaType")
        if not media_type and not is_field_patched(source, repository, "spec", "layerSelector"):
            message = "the first layer of the artifact is taken for the chart, which can be its signature"
            yield source, Problem(("spec", "url"), message, _REMEDY, severity=Severity.WARNING)
        elif (
            isinstance(media_type, str) and media_type.startswith("application/vnd.cncf.helm.") and media_type != _CHART
        ):
            path = ("spec", "layerSelector", "mediaType")
            if not is_decided_later(media_type):
                yield source, Problem(path, "no layer of a chart has this media type", _REMEDY)


def chart_tag(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """An OCIRepository of a chart has no version.

    Why: without `ref`, Flux pulls the tag `latest`. Helm pushes the version of a chart as its tag, and no `latest`, so
    the source fails with "MANIFEST_UNKNOWN", unless somebody pushes that tag too.

    Source: https://github.com/home-operations/flate/issues/21

    Bad: `url: oci://ghcr.io/stefanprodan/charts/podinfo` alone   Good: the same with `ref: {semver: 6.x}`
    """
    for source in _charts(repository):
        reference = source.mapping("spec", "ref")
        is_pinned = reference.get("tag") or reference.get("semver") or reference.get("digest")
        if not is_pinned and not is_field_patched(source, repository, "spec", "ref"):
            message = "without spec.ref, Flux pulls the tag latest, which charts do not have"
            yield source, Problem(("spec", "url"), message, "add spec.ref with a tag, or a range in semver")


def _charts(repository: FluxRepository) -> Iterator[Manifest]:
    """Yield the OCIRepositories that a HelmRelease names as its chart."""
    named: dict[str, set[str]] = {}
    for release in repository.of_kind(HELM_RELEASE):
        reference = release.mapping("spec", "chartRef")
        name = reference.get("name")
        if reference.get("kind") == "OCIRepository" and isinstance(name, str):
            namespace = reference.get("namespace")
            named.setdefault(name, set()).add(namespace if isinstance(namespace, str) else release.namespace)
    if not named:
        return
    others = {
        each.get("spec", "sourceRef", "name")
        for each in repository.of_kind(FLUX_KUSTOMIZATION)
        if each.get("spec", "sourceRef", "kind") == "OCIRepository"
    }
    for source in repository.of_kind(OCI_REPOSITORY):
        namespaces = named.get(source.name, set())
        if source.namespace in namespaces and source.name not in others:
            yield source

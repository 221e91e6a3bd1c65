"""Releases of Helm in the input: Flux's HelmRelease of any version, that of Flux 1, and the HelmChart of k3s."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry_gitops.documents import Manifest
from registry_gitops.importer.value_layers import ReferredValues

HELM_RELEASE: Final = "HelmRelease.helm.toolkit.fluxcd.io"
FLUX_1_RELEASES: Final = ("HelmRelease.helm.fluxcd.io", "HelmRelease.flux.weave.works")
K3S_CHART: Final = "HelmChart.helm.cattle.io"
K3S_CHART_CONFIG: Final = "HelmChartConfig.helm.cattle.io"
RELEASE_KINDS: Final = (HELM_RELEASE, *FLUX_1_RELEASES, K3S_CHART)

_SOURCES: Final = ("HelmRepository", "GitRepository", "OCIRepository", "HelmChart", "Bucket")


@dataclass(frozen=True)
class ChartOrigin:
    """The chart of a release, as far as the input says."""

    name: str = ""
    """Name of the chart, or the last part of its path."""
    url: str = ""
    """Address of its repository; "" if that is not in the input."""
    version: str = ""
    """Version or range of versions."""
    sources: tuple[int, ...] = field(default=(), compare=False)
    """Ids of the manifests of the repository."""

    @property
    def major(self) -> int | None:
        """The major version, or None if the version does not tell."""
        digits = self.version.lstrip("v^~>=< ").partition(".")[0]
        return int(digits) if digits.isdecimal() else None


def name_in_helm(manifest: Manifest) -> str:
    """Return the name of the release in Helm."""
    spec = manifest.mapping("spec")
    if manifest.group_kind == K3S_CHART:
        return manifest.name
    target = spec.get("targetNamespace")
    named = spec.get("releaseName")
    if isinstance(named, str) and named:
        return named
    if manifest.group_kind in FLUX_1_RELEASES:
        other = target if target != manifest.namespace else ""
        return "-".join(filter(None, (manifest.namespace, other, manifest.name)))
    return f"{target}-{manifest.name}" if target else manifest.name


def chart_of(manifest: Manifest, manifests: Sequence[Manifest]) -> ChartOrigin:
    """Return where a release has its chart from."""
    spec = manifest.mapping("spec")
    if manifest.group_kind == K3S_CHART:
        chart = str(spec.get("chart") or "")
        return ChartOrigin(
            _without_version(chart.rpartition("/")[2]), str(spec.get("repo") or chart), str(spec.get("version") or "")
        )
    if manifest.group_kind in FLUX_1_RELEASES:
        chart_spec = manifest.mapping("spec", "chart")
        name = str(chart_spec.get("name") or chart_spec.get("path") or "").rstrip("/").rpartition("/")[2]
        url = str(chart_spec.get("repository") or chart_spec.get("git") or "")
        return ChartOrigin(name, url, str(chart_spec.get("version") or ""))
    return _flux_chart(manifest, manifests)


def _without_version(archive: str) -> str:
    """Return the name of a chart of which a file such as docker-registry-2.2.3.tgz is a version."""
    return re.sub(r"(-v?\d+\.\d+\.\d+.*)?\.tgz$", "", archive)


def _flux_chart(manifest: Manifest, manifests: Sequence[Manifest]) -> ChartOrigin:
    template = manifest.mapping("spec", "chart", "spec")
    reference = template.get("sourceRef") or manifest.get("spec", "chartRef")
    reference = reference if isinstance(reference, dict) else {}
    kind, name = reference.get("kind"), reference.get("name")
    sources = [each for each in manifests if each.kind in _SOURCES and (each.kind, each.name) == (kind, name)]
    url = str(sources[0].get("spec", "url") or sources[0].get("spec", "chart") or "") if sources else ""
    chart = str(template.get("chart") or url).rstrip("/").rpartition("/")[2]
    version = template.get("version") or (sources[0].get("spec", "ref", "tag") if sources else "")
    return ChartOrigin(chart, url, str(version or ""), tuple(map(id, sources)))


def value_references(manifest: Manifest) -> list[tuple[int, ReferredValues]]:
    """Return the ConfigMaps and Secrets that a release of Flux takes values from, with their indexes in valuesFrom."""
    read = _flux_1_reference if manifest.group_kind in FLUX_1_RELEASES else _reference
    found = ((index, read(entry)) for index, entry in enumerate(manifest.list("spec", "valuesFrom")))
    return [(index, reference) for index, reference in found if reference]


def _reference(entry: Any) -> ReferredValues | None:
    if not isinstance(entry, dict) or entry.get("kind") not in ("ConfigMap", "Secret"):
        return None
    key, target = entry.get("valuesKey") or "values.yaml", entry.get("targetPath") or ""
    return ReferredValues(str(entry["kind"]), str(entry.get("name")), str(key), str(target))


def _flux_1_reference(entry: Any) -> ReferredValues | None:
    for field_name, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
        named = entry.get(field_name) if isinstance(entry, dict) else None
        if isinstance(named, dict):
            return ReferredValues(kind, str(named.get("name")), str(named.get("key") or "values.yaml"))
    return None

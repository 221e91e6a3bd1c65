"""Charts that kustomize renders: the entries of `helmCharts` in a kustomization file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from registry_gitops.documents import Role, YAMLDocument
from registry_gitops.importer.chart_styles import style_of
from registry_gitops.importer.config_draft import OWN_ENTRIES, Notes
from registry_gitops.importer.input_keys import KeyTree
from registry_gitops.importer.mappings import indexed_mappings
from registry_gitops.importer.registry_releases import ChartOrigin

CHARTS: Final = "helmCharts"
_OWN_CHART: Final = "the chart is that of registry-gitops, which `render` writes next to the manifests"
_OF_KUSTOMIZE: Final = "it is about how kustomize runs Helm"


class InflatedChart(NamedTuple):
    """An entry of `helmCharts`."""

    document: YAMLDocument
    number: int
    """Index of the entry in the list."""
    entry: dict[str, Any]

    @property
    def inline(self) -> dict[str, Any]:
        """The values that stand in the entry itself."""
        values = self.entry.get("valuesInline")
        return values if isinstance(values, dict) else {}

    @property
    def origin(self) -> ChartOrigin:
        """Where the chart is from."""
        name, repo, version = (str(self.entry.get(key) or "") for key in ("name", "repo", "version"))
        return ChartOrigin(name, repo, version)


def find_inflated_charts(folder: Sequence[YAMLDocument]) -> list[InflatedChart]:
    """Return the charts of a registry that the kustomization files of the input render."""
    charts = [
        InflatedChart(document, index, entry)
        for document in folder
        if document.role is Role.KUSTOMIZATION
        for index, entry in indexed_mappings(document.value.get(CHARTS))
    ]
    return [chart for chart in charts if style_of(chart.origin, chart.inline)]


def take_inline_values(tree: KeyTree, index: int) -> None:
    """Take the inline values of a chart out of the tree of its kustomization file: they have entries of their own."""
    charts = tree.get(CHARTS)
    entry = charts.get(index) if isinstance(charts, dict) else None
    if isinstance(entry, dict) and isinstance(entry.get("valuesInline"), dict):
        del entry["valuesInline"]


def translate_inflated_chart(notes: Notes, index: int) -> None:
    """Note what becomes of an entry of `helmCharts`, without its inline values."""
    path = (CHARTS, index)
    for key in ("name", "repo", "version"):
        notes.dropped((*path, key), _OWN_CHART)
    for key in ("includeCRDs", "skipTests", "skipHooks", "apiVersions", "kubeVersion", "devel", "debug"):
        notes.dropped((*path, key), _OF_KUSTOMIZE)
    notes.kept((*path, "releaseName"), "name")
    notes.translated((*path, "namespace"), "namespace")
    for key in ("valuesFile", "additionalValuesFiles"):
        notes.translated((*path, key), (), OWN_ENTRIES)
    notes.dropped((*path, "valuesMerge"), "the values in force are in the config file")
    notes.dropped((*path, "valuesInline"), "it is empty")
    notes.dropped(("helmGlobals",), _OF_KUSTOMIZE)
    notes.decide(
        (*path, "nameTemplate"), "it names the release by a template", ["write the name of the release in name"]
    )

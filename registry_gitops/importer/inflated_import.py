"""The import of a registry whose chart kustomize renders, with its values from all places."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import Final

from registry_gitops.documents import Path, Role, YAMLDocument
from registry_gitops.importer.chart_styles import ChartStyle, style_of
from registry_gitops.importer.config_draft import ConfigDraft, Notes
from registry_gitops.importer.inflated_charts import CHARTS, InflatedChart
from registry_gitops.importer.input_keys import read_tree
from registry_gitops.importer.mappings import list_texts
from registry_gitops.importer.other_documents import note_kustomizations, note_other_documents, settle_namespace
from registry_gitops.importer.release_import import translate_values
from registry_gitops.importer.value_layers import ValueLayers
from registry_gitops.repository import FluxRepository

_DEFAULT_RELEASE: Final = "release-name"
"""Name of the release if kustomize is told none."""


def import_inflated_chart(draft: ConfigDraft, chart: InflatedChart, folder: Sequence[YAMLDocument]) -> str:
    """Translate a chart that kustomize renders, and what is in the input besides. Return what the input is."""
    manifests = FluxRepository(folder).manifests
    layers = ValueLayers(draft, folder, manifests)
    release = str(chart.entry.get("releaseName") or _DEFAULT_RELEASE)
    draft.put("name", release)
    draft.put("namespace", str(chart.document.value.get("namespace") or chart.entry.get("namespace") or "default"))
    layers.generators.add((id(chart.document), CHARTS, chart.number))
    _merge_values(chart, layers)
    values = Notes(draft, layers.values)
    style = style_of(chart.origin, values.data) or ChartStyle.COMMUNITY
    translate_values(values, chart.origin, style, release)
    note_kustomizations(draft, chart.document, folder, layers)
    files = [each for each in folder if each.role is not Role.OBJECT and id(each) not in layers.files]
    note_other_documents(draft, chart.document, files, manifests, ())
    settle_namespace(draft)
    return f"{CHARTS} of a kustomization, with {style}"


def _merge_values(chart: InflatedChart, layers: ValueLayers) -> None:
    """Merge the values as kustomize does: `valuesMerge` says whether the inline ones or those of `valuesFile` win.

    Those of `additionalValuesFiles` win over both.
    """
    path: Path = (CHARTS, chart.number, "valuesInline")
    inline = read_tree(chart.document, path, chart.inline) if chart.inline else {}
    folder = pathlib.Path(chart.document.source.name).parent
    first, others = ([folder / name for name in list_texts(names)] for names in _files(chart))
    main, additional = ([layers.read_values_file(file) for file in files] for files in (first, others))
    layers.draft.read(inline)
    how = chart.entry.get("valuesMerge")
    if how == "replace" and inline:
        for tree in main:
            Notes(layers.draft, tree).dropped((), "valuesMerge is replace: the inline values are used instead")
        main = []
    for tree in (*([inline, *main] if how == "merge" else [*main, inline]), *additional):
        layers.add(tree)


def _files(chart: InflatedChart) -> tuple[object, object]:
    return [chart.entry.get("valuesFile")], chart.entry.get("additionalValuesFiles")

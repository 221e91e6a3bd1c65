"""Import a release of Helm: its manifest, its values from all places, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from registry_gitops.deployment import CHART_NAME
from registry_gitops.documents import Manifest, Path, Role, YAMLDocument
from registry_gitops.importer.chart_styles import ChartStyle, is_known_community_chart, style_of
from registry_gitops.importer.community_settings import use_secret_in_place
from registry_gitops.importer.community_values import translate_community_values
from registry_gitops.importer.config_draft import OWN_ENTRIES, ConfigDraft, Notes
from registry_gitops.importer.documented_values import translate_documented_values
from registry_gitops.importer.input_keys import (
    KeyTree,
    find,
    is_section,
    leaves,
    leaves_with_path,
    plant,
    read_tree,
    without,
)
from registry_gitops.importer.other_documents import (
    namespace_set_above,
    note_kustomizations,
    note_other_documents,
    settle_namespace,
)
from registry_gitops.importer.registry_releases import (
    HELM_RELEASE,
    K3S_CHART,
    K3S_CHART_CONFIG,
    RELEASE_KINDS,
    ChartOrigin,
    chart_of,
    name_in_helm,
    value_references,
)
from registry_gitops.importer.release_options import translate_release
from registry_gitops.importer.value_layers import ValueLayers, parse_values, set_values


def registry_releases(manifests: Sequence[Manifest]) -> list[Manifest]:
    """Return the releases that deploy a registry by a chart that is known."""
    return [
        manifest for manifest in manifests if manifest.group_kind in RELEASE_KINDS and _style_of(manifest, manifests)
    ]


def _style_of(release: Manifest, manifests: Sequence[Manifest]) -> ChartStyle | None:
    values = inline_values(release)
    inner = inner_values(values)
    return style_of(chart_of(release, manifests) if inner is values else ChartOrigin(CHART_NAME), inner)


def _is_wrapped(values: Iterable[Any]) -> bool:
    """Return whether all values are of the dependency docker-registry of a chart, or global."""
    keys = set(values)
    return CHART_NAME in keys and keys <= {CHART_NAME, "global"}


def inner_values(values: Any) -> Any:
    """Return the values of the dependency docker-registry, if a chart around it has no others, or else `values`."""
    inner = values.get(CHART_NAME) if isinstance(values, dict) and _is_wrapped(values) else None
    return inner if isinstance(inner, dict) else values


def without_wrapper(values: Notes) -> Notes:
    """Return the notes of the values that `inner_values` returns, and note the others."""
    if not _is_wrapped(values.tree):
        return values
    values.dropped(("global",), "the registry reads no values of the chart around it")
    return values.below(CHART_NAME)


def import_release(
    draft: ConfigDraft,
    release: Manifest,
    documents: Sequence[YAMLDocument],
    manifests: Sequence[Manifest],
    folder: Sequence[YAMLDocument],
) -> str:
    """Translate a release, and what is in the input besides. Return what the input is.

    `documents` and `manifests` are all that can be read, and `folder` what belongs to the input.
    """
    layers = ValueLayers(draft, documents, manifests)
    chart = chart_of(release, manifests)
    kustomizations = [each for each in folder if each.role is Role.KUSTOMIZATION]
    draft.put("name", release.name)
    used = _translate_manifests(draft, release, layers, kustomizations)
    if release.group_kind == HELM_RELEASE and chart.name not in ("", CHART_NAME):
        # Flux would uninstall a release whose chart has another name, and its claim with it.
        draft.put("release.upgrade.chartNameChangeStrategy", "InPlaceUpdate")
        draft.differences.append("the chart has another name, so Flux is told to upgrade the release in place")
    values = Notes(draft, layers.values)
    if _is_wrapped(layers.values):
        values, chart = without_wrapper(values), ChartOrigin(CHART_NAME, chart.url, sources=chart.sources)
    values = Notes(draft, _without_encrypted(draft, values.tree))
    style = style_of(chart, values.data) or ChartStyle.COMMUNITY
    translate_values(values, chart, style, name_in_helm(release))
    used |= layers.used_manifests()
    rest = [each for each in manifests if id(each) not in used and each.document in folder]
    files = [each for each in folder if each.role is not Role.OBJECT and id(each) not in layers.files]
    note_kustomizations(draft, release.document, folder, layers)
    note_other_documents(draft, release.document, files, rest, chart.sources)
    settle_namespace(draft)
    return f"{release.kind} ({release.api_version}) of {style}"


def translate_values(values: Notes, chart: ChartOrigin, style: ChartStyle, release: str) -> None:
    """Translate the values of a release; `release` is its name, "" if that is not known."""
    if style is ChartStyle.DOCUMENTED:
        translate_documented_values(values)
        return
    translate_community_values(values, chart, is_known_chart=is_known_community_chart(chart))
    draft = values.draft
    if not release:
        return
    name = _full_name(values, chart, release)
    if name != _full_name(values, ChartOrigin("docker-registry"), release):
        draft.put("values.fullnameOverride", name)


def _without_encrypted(draft: ConfigDraft, values: KeyTree) -> KeyTree:
    """Return values without those that SOPS encrypted, which nobody can read here."""
    notes = Notes(draft, values)
    for key, path in list(leaves_with_path(values)):
        if isinstance(key.value, str) and key.value.startswith("ENC["):
            notes.decide(path, "it is encrypted, so its value is not known", _options_for_encrypted(draft, path))
            values = without(values, path)
    return values


def _options_for_encrypted(draft: ConfigDraft, path: Path) -> list[str]:
    options = ["decrypt it with `sops decrypt`, and import it again"]
    if path == ("secrets", "htpasswd"):
        # Without the Secret no Pod starts, and without this section everybody could push.
        name = f"{draft.name}-users"
        draft.put("values.auth.htpasswd.enabled", True)
        draft.put("values.auth.htpasswd.existingSecret", name)
        options.append(f"put the users into the Secret {name}, under the key htpasswd: the config file names it")
    return options


def _full_name(values: Notes, chart: ChartOrigin, release: str) -> str:
    """Return the name of the objects of a release, as both charts make it."""
    override, name = values.get("fullnameOverride"), values.get("nameOverride") or chart.name or "docker-registry"
    full = override or (release if name in release else f"{release}-{name}")
    return str(full)[:63].removesuffix("-")


def inline_values(manifest: Manifest) -> dict[str, Any]:
    """Return the values that the manifest of a release has itself."""
    text = manifest.get("spec", "valuesContent")
    if manifest.group_kind == K3S_CHART and isinstance(text, str) and "{{" not in text:
        values = parse_values(manifest.document, (*manifest.path, "spec", "valuesContent"), text)
        return Notes(ConfigDraft(), values).data
    return manifest.mapping("spec", "values")


def _translate_manifests(
    draft: ConfigDraft, release: Manifest, layers: ValueLayers, kustomizations: Sequence[YAMLDocument]
) -> set[int]:
    """Translate the manifest of a release, and merge its values. Return the ids of the manifests that were read."""
    tree = read_tree(release.document, release.path, release.value)
    inline = _take_values(tree)
    notes = draft.read(tree)
    translate_release(notes, release)
    if not release.namespace:
        _settle_unnamed_namespace(draft, namespace_set_above(release, kustomizations))
    _read_references(notes, release, layers)
    draft.read(inline)
    layers.add(inline)
    return {id(release), *_read_k3s(notes, release, layers)}


def _settle_unnamed_namespace(draft: ConfigDraft, above: str) -> None:
    if above:
        draft.put("namespace", above)
        return
    draft.put("namespace", {"name": "default", "inherit": True})
    draft.differences.append(
        "the release has no namespace, and none is rendered: write the one of Flux as namespace.name"
    )


def _take_values(tree: KeyTree) -> KeyTree:
    """Take the values out of the tree of a release: they are merged with others."""
    spec = tree.get("spec")
    values = spec.get("values") if is_section(spec) else None
    if is_section(spec) and is_section(values):
        del spec["values"]
        return values
    return {}


def _read_references(notes: Notes, release: Manifest, layers: ValueLayers) -> None:
    question = "registry-gitops does not read values from there"
    for index in range(len(release.list("spec", "valuesFrom"))):
        notes.decide(("spec", "valuesFrom", index), question, ["write what it has in the config file"])
    for index, reference in value_references(release):
        key = ("spec", "valuesFrom", index)
        if not layers.generates(reference) and use_secret_in_place(notes, key, reference):
            continue
        if layers.add_reference(reference):
            notes.translated(key, (), "each value that it refers to has an entry of its own")
            continue
        entry = notes.get(*key) or {}
        question = (
            f"the {reference.kind} {reference.name} is not in the input, or is encrypted: its values are not known"
        )
        options = [
            f"add it, decrypted, to the directory under the name {reference.name}, and import it again",
            "write what it has in the config file",
        ]
        if entry.get("optional"):
            options.append("leave it out: it is optional")
        notes.decide(key, question, options)


def _read_k3s(notes: Notes, release: Manifest, layers: ValueLayers) -> set[int]:
    """Merge the values of a HelmChart, and of the HelmChartConfig for it, in the order of k3s."""
    if release.group_kind != K3S_CHART:
        return set()
    configs = [each for each in layers.manifests if each.group_kind == K3S_CHART_CONFIG and each.name == release.name]
    for manifest in (release, *configs):
        text = manifest.get("spec", "valuesContent")
        if text:
            layers.add_text(manifest.document, (*manifest.path, "spec", "valuesContent"), text)
    for config in configs:
        around = notes.draft.read(read_tree(config.document, config.path, config.value))
        around.dropped((), "its values are in the config file now")
        around.translated(("spec", "valuesContent"), (), OWN_ENTRIES)
    notes.translated(("spec", "valuesContent"), (), OWN_ENTRIES)
    settings = release.mapping("spec", "set")
    for key, steps, item in set_values(release.document, (*release.path, "spec", "set"), settings):
        if steps:
            notes.draft.drop_overridden(plant(layers.values, steps, item))
            for leaf in leaves(find(notes.tree, ("spec", "set", key)) or {}):
                notes.draft.follow(leaf, item)
        else:
            notes.decide(("spec", "set", key), "it sets a part of a list", ["write the whole list in the config file"])
    return {id(config) for config in configs}

"""What stands around a release in its directory: the chart's repository, the Namespace, kustomization files, others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from registry_gitops.codec import compose_yaml
from registry_gitops.documents import Manifest, Role, YAMLDocument
from registry_gitops.importer.config_draft import ConfigDraft, Notes
from registry_gitops.importer.inflated_charts import CHARTS, take_inline_values, translate_inflated_chart
from registry_gitops.importer.input_keys import read_tree
from registry_gitops.importer.mappings import list_mappings, list_texts
from registry_gitops.importer.value_layers import ValueLayers
from registry_gitops.manifests import POD_SECURITY

_OWN_FILE: Final = "`render` writes it"
_STAYS: Final = "it is no part of the release: it stays as it is"
BUILD: Final = "kustomize build DIR >all.yaml && registry-gitops import all.yaml"
_CHANGES: Final = (
    *("patches", "patchesStrategicMerge", "patchesJson6902", "images", "replicas", "replacements", "vars"),
    *("namePrefix", "nameSuffix", "components", "transformers", "generators", CHARTS),
)
"""Keys of a kustomization that change what it builds from."""
_GENERATORS: Final = ("configMapGenerator", "secretGenerator")


def note_other_documents(
    draft: ConfigDraft,
    registry: YAMLDocument,
    documents: Sequence[YAMLDocument],
    manifests: Sequence[Manifest],
    sources: Sequence[int],
) -> None:
    """Note what becomes of manifests without a part in the release; `sources` are ids of the chart's repositories.

    A Namespace in another directory than that of the registry stays: more than the registry can be in it.
    """
    others = []
    for manifest in manifests:
        notes = draft.read(read_tree(manifest.document, manifest.path, manifest.value))
        if manifest.group_kind == "Namespace" and manifest.name == draft.namespace:
            if _folder(registry) in (here := _folder(manifest.document), *here.parents):
                _translate_namespace(notes, manifest)
            else:
                notes.kept(())
                draft.put("namespace", {"name": manifest.name, "create": False})
                file = manifest.document.source.name
                draft.differences.append(f"the Namespace {manifest.name} stays in {file}: others can need it")
        elif id(manifest) in sources:
            notes.dropped((), "the chart is that of registry-gitops, next to the manifests; keep it if others use it")
        else:
            notes.kept((), how=_STAYS)
            if manifest.namespace in ("", draft.namespace):
                others.append(manifest)
    for document in documents:
        if document.role is not Role.KUSTOMIZATION and isinstance(document.value, dict):
            draft.read(read_tree(document)).kept((), how=_STAYS)
    if others:
        names = ", ".join(sorted({each.identity for each in others}))
        draft.differences.append(f"these stay as they are, and Flux must still find them: {names}")


def note_wrappers(draft: ConfigDraft, documents: Sequence[YAMLDocument], manifests: Sequence[Manifest]) -> None:
    """Note the keys around objects: those of a List, and what SOPS adds to a document that it encrypts."""
    listed = {id(manifest.document) for manifest in manifests if manifest.path}
    for document in documents:
        if id(document) in listed:
            around = {key: value for key, value in document.value.items() if key != "items"}
            draft.read(read_tree(document, (), around)).dropped((), "it is the list around the objects")
        if sops := _sops_of(document):
            draft.read(read_tree(document, ("sops",), sops)).dropped((), "SOPS wrote it")


def _sops_of(document: YAMLDocument) -> dict[str, Any]:
    """Return what SOPS added to a document, which the reader of documents leaves out."""
    if not re.search(r"^sops:", document.text, re.MULTILINE) or "sops" in document.value:
        return {}
    root, _ = compose_yaml(document.text)
    sops = root.value.get("sops") if root and isinstance(root.value, dict) else None
    return sops if isinstance(sops, dict) else {}


def settle_namespace(draft: ConfigDraft) -> None:
    """Leave the Namespace to others, if the input does not have it."""
    if isinstance(draft.config.get("namespace"), str):
        draft.put("namespace", {"name": draft.namespace, "create": False})
        text = f"the Namespace {draft.namespace} is not in the input, so it is not rendered: namespace.create"
        draft.differences.append(text)


def _translate_namespace(notes: Notes, manifest: Manifest) -> None:
    draft = notes.draft
    draft.put("namespace", {"name": manifest.name})
    for key in ("apiVersion", "kind"):
        notes.translated((key,), "namespace", _OWN_FILE)
    notes.kept(("metadata", "name"), "namespace.name")
    if not any(label.startswith(POD_SECURITY) for label in manifest.mapping("metadata", "labels")):
        draft.put("namespace.podSecurity", "")
        draft.differences.append("the Namespace has no Pod Security level, as before: namespace.podSecurity sets one")
    for key in ("labels", "annotations"):
        notes.keep(("metadata", key), f"namespace.{key}")
    for key in ("spec", "status"):
        notes.dropped((key,), "the API server writes it")


def note_kustomizations(
    draft: ConfigDraft, registry: YAMLDocument, folder: Sequence[YAMLDocument], layers: ValueLayers
) -> None:
    """Note what becomes of the kustomization files of the input: those of the registry, and those that change it."""
    documents = [each for each in folder if each.role is Role.KUSTOMIZATION]
    here = _folder(registry)
    inside = {here, *(_folder(each) for each in documents if here in _folder(each).parents)}
    above = _leading_to(here, [each for each in documents if _folder(each) not in inside])
    for document in documents:
        tree = read_tree(document)
        charts = [index for file, key, index in layers.generators if (file, key) == (id(document), CHARTS)]
        for index in charts:
            take_inline_values(tree, index)
        notes = draft.read(tree)
        if _folder(document) in inside:
            _translate_kustomization(notes, document, layers)
            for index in charts:
                translate_inflated_chart(notes, index)
            continue
        notes.kept(())
        if id(document) in above:
            _ask_for_changes(notes)


def _folder(document: YAMLDocument) -> Path:
    return Path(document.source.name).resolve().parent


def _leading_to(folder: Path, kustomizations: Sequence[YAMLDocument]) -> set[int]:
    """Return the ids of the kustomization files that build a directory, or lead to one that does."""
    reached, found = {folder}, set[int]()
    while new := [each for each in kustomizations if id(each) not in found and _entries(each) & reached]:
        found |= {id(each) for each in new}
        reached |= {_folder(each) for each in new}
    return found


def _entries(kustomization: YAMLDocument) -> set[Path]:
    """Return the directories that a kustomization file names, and those of the files that it names."""
    names = [name for key in ("resources", "bases", "components") for name in list_texts(kustomization.value.get(key))]
    paths = {(_folder(kustomization) / name).resolve() for name in names}
    return {path.parent if path.suffix in (".yaml", ".yml") else path for path in paths}


def _translate_kustomization(notes: Notes, document: YAMLDocument, layers: ValueLayers) -> None:
    """Translate a kustomization file of the input, which `render` writes anew."""
    for key in ("apiVersion", "kind", "resources", "bases"):
        notes.dropped((key,), f"{_OWN_FILE}: kustomization.resources adds files to it")
    for key in ("configurations", "generatorOptions", "openapi", "crds", "sortOptions", "buildMetadata", "metadata"):
        notes.dropped((key,), "it is about how kustomize builds, and nothing is changed or generated any more")
    for key in ("labels", "commonAnnotations"):
        notes.keep((key,), f"kustomization.{key}")
    if notes.get("namespace"):
        notes.kept(("namespace",), "namespace")
    if notes.get("commonLabels"):
        pairs = [{"pairs": notes.get("commonLabels")}]
        notes.translate(("commonLabels",), "kustomization.labels", pairs, "without the selectors, which cannot change")
    for key in _GENERATORS:
        for index, _ in enumerate(notes.get(key) or ()):
            if (id(document), key, index) in layers.generators:
                notes.dropped((key, index), "its values are in the config file now")
            else:
                question = "`render` has no generators"
                notes.decide((key, index), question, ["keep it in a directory of its own", "commit what it generates"])
    _ask_for_changes(notes)


def _ask_for_changes(notes: Notes) -> None:
    question = "it changes objects of the directory, which were read without the change"
    options = [f"import what kustomize makes of it instead: `{BUILD}`", "write the change as a value", "leave it out"]
    for key in _CHANGES:
        notes.decide((key,), question, options)


def namespace_set_above(manifest: Manifest, kustomizations: Sequence[YAMLDocument]) -> str:
    """Return the namespace that a kustomization file next to a manifest sets, or "" if none does."""
    folder = Path(manifest.document.source.name).absolute().parent
    for document in kustomizations:
        if Path(document.source.name).absolute().parent == folder:
            return str(document.value.get("namespace") or "")
    return ""


def selectors_set_above(manifest: Manifest, kustomizations: Sequence[YAMLDocument]) -> dict[str, str]:
    """Return the labels that a kustomization file next to a manifest adds to its selectors and Pods."""
    labels: dict[str, str] = {}
    for document in kustomizations:
        if _folder(document) != _folder(manifest.document):
            continue
        entries = [{"pairs": document.value.get("commonLabels"), "includeSelectors": True}]
        for entry in (*entries, *list_mappings(document.value.get("labels"))):
            pairs = entry.get("pairs")
            if entry.get("includeSelectors") is True and isinstance(pairs, dict):
                labels |= {str(key): str(value) for key, value in pairs.items()}
    return labels

"""Why an input has no registry that can be imported: what it has instead, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from registry_gitops.documents import Manifest, Role, YAMLDocument
from registry_gitops.findings import Finding, Location
from registry_gitops.importer.mappings import indexed_mappings, list_mappings, list_texts
from registry_gitops.importer.other_documents import BUILD

_NO_REGISTRY: Final = (
    "has no registry that is known: pass manifests that run the image of a registry, a HelmRelease, a HelmChart, or a "
    "values file of the community's chart or the documented one"
)
_NO_FILES: Final = "has no YAML and no JSON that can be read: pass the directory of the manifests, or a values file"
_OURS: Final = "is a config file of registry-gitops already: run `registry-gitops render`"
_ARGO: Final = (
    "is an Application of Argo CD, which registry-gitops does not read: write its Helm values to a values.yaml and "
    "import that, or import the manifests that `argocd app manifests` prints"
)
_COMPOSE: Final = (
    "is a service of Docker Compose, and no object of Kubernetes: convert the file with `kompose convert`, and import "
    "the result"
)
_HELMFILE: Final = (
    "is a release of helmfile, which registry-gitops does not read: write its values to a values.yaml and import that"
)
_BUILT: Final = f"builds on other directories or charts: import what kustomize makes of it: `{BUILD}`"
_CHART: Final = "is a chart: write what `helm template` makes of it to a file, and import that, or import its values"
TEMPLATE: Final = "is a template, and no YAML: render it, and import the result"
"""What is wrong with a file of a template engine."""

_MARKS: Final = re.compile(r"\{\{|\{%|<%|\$\{\{")
_TEMPLATE_FILES: Final = ("*.j2", "*.tpl", "*.tmpl", "*.gotmpl", "*.jsonnet", "*.libsonnet", "*.cue")

_PRODUCTS: Final = {
    "harbor": "Harbor",
    "gitea": "Gitea",
    "forgejo": "Forgejo",
    "gitlab": "GitLab",
    "zot": "zot",
    "quay": "Quay",
    "nexus3": "Nexus",
    "nexus-repository-manager": "Nexus",
    "artifactory": "Artifactory",
    "olareg": "olareg",
    "trow": "Trow",
    "kraken": "Kraken",
}
"""Word in the name of an image or chart -> a registry that is not distribution."""


def explain_no_registry(path: str, documents: Sequence[YAMLDocument], manifests: Sequence[Manifest]) -> list[Finding]:
    """Return why there is no registry at a path: what was found there, or else that nothing was."""
    found = [*_other_products(manifests), *_other_forms(documents, manifests)]
    if found:
        return found
    if any(each.role is Role.DESCRIPTION for each in documents):
        return [_finding(_OURS, path)]
    if not documents and Path(path).is_dir():
        return _templates_below(path) or [_finding(_NO_FILES, path)]
    return [_finding(_NO_REGISTRY, path)]


def find_template_mark(text: str) -> tuple[int, int] | None:
    """Return line and column of the first mark of a template engine in a text, or None."""
    mark = _MARKS.search(text)
    if mark is None:
        return None
    return text.count("\n", 0, mark.start()) + 1, mark.start() - text.rfind("\n", 0, mark.start())


def _other_forms(documents: Sequence[YAMLDocument], manifests: Sequence[Manifest]) -> Iterator[Finding]:
    for manifest in manifests:
        if manifest.group_kind in ("Application.argoproj.io", "ApplicationSet.argoproj.io"):
            yield _at(_ARGO, manifest.document, manifest.path)
    for document in documents:
        value = document.value if isinstance(document.value, Mapping) else {}
        services = value.get("services")
        for name, service in services.items() if isinstance(services, Mapping) and "kind" not in value else ():
            if isinstance(service, Mapping) and "registry" in str(service.get("image")):
                yield _at(_COMPOSE, document, ("services", str(name)))
        for index, release in indexed_mappings(value.get("releases")):
            if "registry" in str(release.get("chart")):
                yield _at(_HELMFILE, document, ("releases", index))
        if document.role is Role.KUSTOMIZATION and _builds_on_others(document):
            yield _at(_BUILT, document)
        if Path(document.source.name).name == "Chart.yaml":
            yield _at(_CHART, document)


def _builds_on_others(kustomization: YAMLDocument) -> bool:
    value = kustomization.value
    names = [name for key in ("resources", "bases", "components") for name in list_texts(value.get(key))]
    is_generated = any(value.get(key) for key in ("generators", "helmCharts", "helmChartInflationGenerator"))
    return is_generated or any(name.startswith("../") or "://" in name or "?ref=" in name for name in names)


def _other_products(manifests: Sequence[Manifest]) -> Iterator[Finding]:
    for manifest in manifests:
        names = {*_images(manifest.value), *_charts(manifest)}
        words = {word for name in names for word in re.split(r"[/:@]", name)}
        product = next((title for word, title in _PRODUCTS.items() if any(_has_word(each, word) for each in words)), "")
        if product:
            message = (
                f"{manifest.identity} runs {product}, which stores images in another way: deploy a registry with "
                "`registry-gitops init`, and copy the images with `skopeo sync` or `regctl`"
            )
            yield _at(message, manifest.document, manifest.path)


def _has_word(name: str, word: str) -> bool:
    return re.search(rf"(?:^|[-_]){word}(?:[-_]|$)", name) is not None or name == f"go{word}"


def _images(value: Any) -> Iterator[str]:
    """Yield the images of all containers below a value."""
    for key, item in value.items() if isinstance(value, Mapping) else ():
        if key == "containers":
            yield from (str(each.get("image")) for each in list_mappings(item))
        else:
            yield from _images(item)


def _charts(manifest: Manifest) -> Iterator[str]:
    if manifest.kind in ("HelmRelease", "HelmChart"):
        for path in (("spec", "chart", "spec", "chart"), ("spec", "chart", "name"), ("spec", "chart")):
            name = manifest.get(*path)
            if isinstance(name, str):
                yield name


def _templates_below(path: str) -> list[Finding]:
    found = sorted(file for pattern in _TEMPLATE_FILES for file in Path(path).rglob(pattern))
    return [_finding(TEMPLATE, str(file)) for file in found[:20]]


def _at(message: str, document: YAMLDocument, at: tuple[str | int, ...] = ()) -> Finding:
    position = document.position(at, on_key=bool(at) and isinstance(at[-1], str))
    return Finding(id="invalid-input", message=message, location=Location(document.source.name, *position))


def _finding(message: str, path: str) -> Finding:
    return Finding(id="invalid-input", message=message, location=Location(path))

"""Render a deployment to the texts of all files: a pure function, with the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry_gitops.assets import read_chart
from registry_gitops.codec import dump_yaml
from registry_gitops.deployment import GitSource, RegistryDeployment
from registry_gitops.filenames import RENDERED_MARK
from registry_gitops.manifests import Document
from registry_gitops.render.outside_files import format_header
from registry_gitops.render.readme import format_readme
from registry_gitops.render.rendered_objects import build_kustomization, build_objects
from registry_gitops.substitution import Unquoted, keep_text, may_refer

_HEADER = f"{RENDERED_MARK}: change the description of the deployment, not this file.\n"

KUSTOMIZATION = "kustomization.yaml"


def render(deployment: RegistryDeployment) -> dict[str, str]:
    """Return the rendered files of a deployment as path -> text. No rule runs: use `check_deployment` or `deploy`.

    namespace.yaml (unless it is a system namespace), helmrepository.yaml or ocirepository.yaml (by source),
    helmrelease.yaml, kustomization.yaml, README.md, and the chart in chart/ if the source is `git` and names no shared
    chart. The Flux Kustomizations of `flux` are outside of the directory: their paths begin with "../". Depends on
    `deployment` alone: no clock, no environment. Raises InputError for fields that are valid alone but not together in
    one object.
    """
    manifests = {f"{document.kind.lower()}.yaml": document for document in build_objects(deployment)}
    tree = {path: _text(document) for path, document in manifests.items()}
    tree[KUSTOMIZATION] = _text(build_kustomization(deployment, list(manifests)))
    tree["README.md"] = format_readme(deployment)
    if isinstance(deployment.source, GitSource) and deployment.source.chart is None:
        tree |= {f"chart/{path}": text for path, text in read_chart().items()}
    return tree | {file.path: _text(file.manifest, format_header(file.directory)) for file in deployment.flux_files}


def format_stream(tree: Mapping[str, str]) -> str:
    """Return the objects of a tree as one YAML stream, in the order of the tree, for `kubectl apply -f -`."""
    objects = [
        text for path, text in tree.items() if path.endswith(".yaml") and "/" not in path and path != KUSTOMIZATION
    ]
    return "".join(f"---\n{text}" for text in objects)


def _text(document: Document, header: str = _HEADER) -> str:
    return header + dump_yaml(_with_kept_texts(document.to_manifest_dict()))


def _with_kept_texts(plain: Any) -> Any:
    """Return `plain` with each text in which Flux substitutes in a form that stays text."""
    if isinstance(plain, dict):
        return {key: _with_kept_texts(item) for key, item in plain.items()}
    if isinstance(plain, list):
        return [_with_kept_texts(item) for item in plain]
    return keep_text(plain) if may_refer(plain) and not isinstance(plain, Unquoted) else plain

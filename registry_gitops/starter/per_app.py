"""The layout `per-app`: kubernetes/apps/NAMESPACE/APPLICATION/ has ks.yaml, and app/, the directory that it applies."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.documents import read_file
from registry_gitops.errors import InputError
from registry_gitops.render import path_in_repository
from registry_gitops.starter.config_template import ConfigTemplate, fill_template, quote_yaml
from registry_gitops.starter.editor_schema import EditorSchema
from registry_gitops.starter.options import Starter, StarterOptions

_APPLICATIONS: Final = ("kubernetes/apps", "kubernetes/*/apps", "apps")
"""Where repositories of this layout have the directories of their namespaces."""

_DEPTH: Final = 2
"""Least number of directories above an application: that of all namespaces, and its own namespace."""


def per_app_starter(directory: Path, options: StarterOptions) -> Starter:
    """Return a config file for app/, and the files of its namespace if that is a new one.

    `directory` is that of the repository, or of an application. The GitRepository is that of the other applications.
    """
    others = find_flux_files(directory)
    application = directory if is_application(directory) else _locate_application(directory, others, options)
    namespace = Path(os.path.normpath(application / ".."))
    config = application / "app/registry.yaml"
    schema = EditorSchema.find(directory, options.schema)
    template = ConfigTemplate(config.parent, options, schema)
    words = {
        "namespace": f"{{name: {template.words['namespace']}, inherit: true}}",
        **_git_repository(others),
    }
    flux = "flux-app" if options.source == "git" else "flux-app-published"
    files = {config: template.fill(options.source, flux, **words)}
    steps = [f"read {config}, then run `registry-gitops render {shlex.quote(str(config))}`"]
    file = f"{application.resolve().name}/ks.yaml"
    if (namespace / "kustomization.yaml").exists():
        steps.append(f"add {file} to the resources of {namespace / 'kustomization.yaml'}")
    else:
        files |= _namespace_files(namespace, options.namespace, {**template.words, "file": quote_yaml(file)})
    if not others:
        steps.append(f"let a Flux Kustomization apply {namespace.parent}")
    relative = {Path(os.path.relpath(path, directory)).as_posix(): text for path, text in files.items()}
    return Starter({**relative, **schema.files}, tuple(steps))


def _locate_application(directory: Path, others: list[Path], options: StarterOptions) -> Path:
    apps = others[0].parents[2] if others else directory / _APPLICATIONS[0]
    return apps / options.namespace / options.name


def find_flux_files(directory: Path) -> list[Path]:
    """Return the ks.yaml of each application of a repository, or next to an application, sorted."""
    if is_application(directory):
        return _find_others(directory)
    return sorted(path for apps in _APPLICATIONS for path in directory.glob(f"{apps}/*/*/ks.yaml"))


def is_application(directory: Path) -> bool:
    """Return whether a directory, which need not exist, is where the others of its repository have an application."""
    path = path_in_repository(directory)
    return path is not None and len(Path(path).parts) > _DEPTH and bool(_find_others(directory))


def _find_others(application: Path) -> list[Path]:
    return sorted(Path(os.path.normpath(application / "../..")).glob("*/*/ks.yaml"))


def _git_repository(flux_files: list[Path]) -> dict[str, str]:
    """Return the words for the GitRepository of the first application that names one; none if there is none."""
    for path in flux_files:
        for spec in _specs(path):
            source = spec.get("sourceRef")
            if isinstance(source, Mapping) and source.get("kind") == "GitRepository" and source.get("name"):
                namespace = source.get("namespace", "flux-system")
                return {"git_name": quote_yaml(str(source["name"])), "git_namespace": quote_yaml(str(namespace))}
    return {}


def _specs(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the specs of the objects in a file; none if it cannot be read."""
    try:
        documents = read_file(str(path)).documents
    except InputError:
        return
    for document in documents:
        spec = document.value.get("spec") if isinstance(document.value, Mapping) else None
        if isinstance(spec, Mapping):
            yield spec


def _namespace_files(namespace: Path, name: str, words: Mapping[str, str]) -> dict[Path, str]:
    """Return the kustomization file of a namespace, and the Namespace, unless that belongs to Kubernetes or Flux."""
    is_ours = RegistryDeployment(namespace=name).renders_namespace
    words = {**words, "first": "\n  - namespace.yaml" if is_ours else ""}
    names = ("kustomization", "namespace") if is_ours else ("kustomization",)
    return {namespace / f"{each}.yaml": fill_template(f"app-{each}.yaml", words) for each in names}

"""The layout `per-app`: kubernetes/apps/NAMESPACE/APPLICATION/ has ks.yaml, and app/, the directory that it applies."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

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


class _Place(NamedTuple):
    application: Path
    root: Path
    """Directory of the repository, which has the JSON Schema."""
    others: list[Path]
    """The ks.yaml of the other applications."""

    @property
    def config(self) -> Path:
        return self.application / "app/registry.yaml"

    @property
    def namespace(self) -> Path:
        """The directory of the namespace."""
        return Path(os.path.normpath(self.application / ".."))

    @property
    def flux_file(self) -> str:
        """Path of the application's ks.yaml from the directory of the namespace."""
        return f"{self.application.resolve().name}/ks.yaml"

    @property
    def has_namespace(self) -> bool:
        return (self.namespace / "kustomization.yaml").exists()


def per_app_starter(directory: Path, options: StarterOptions) -> Starter:
    """Return a config file for app/, and the files of its namespace if that is a new one.

    `directory` is that of the repository, or of an application. The GitRepository is that of the other applications.
    """
    place = _find_place(directory, options)
    schema = EditorSchema.find(place.root, options.schema)
    template = ConfigTemplate(place.config.parent, options, schema)
    flux = "flux-app" if options.source == "git" else "flux-app-published"
    namespace = f"{{name: {template.words['namespace']}, inherit: true}}"
    text = template.fill(options.source, flux, namespace=namespace, **_git_repository(place.others))
    files = {place.config: text, **_namespace_files(place, options.namespace, template.words)}
    files |= {place.root / name: text for name, text in schema.files.items()}
    relative = {Path(os.path.relpath(path, directory)).as_posix(): text for path, text in files.items()}
    return Starter(relative, tuple(_steps(place)))


def _find_place(directory: Path, options: StarterOptions) -> _Place:
    others = find_flux_files(directory)
    if is_application(directory):
        depth = len(Path(path_in_repository(directory) or ".").parts)
        return _Place(directory, Path(os.path.normpath(directory.joinpath(*[".."] * depth))), others)
    apps = others[0].parents[2] if others else directory / _APPLICATIONS[0]
    return _Place(apps / options.namespace / options.name, directory, others)


def _steps(place: _Place) -> Iterator[str]:
    yield f"read {place.config}, then run `registry-gitops render {shlex.quote(str(place.config))}`"
    if place.has_namespace:
        yield f"add {place.flux_file} to the resources of {place.namespace / 'kustomization.yaml'}"
    if not place.others:
        yield f"let a Flux Kustomization apply {place.namespace.parent}"


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


def _namespace_files(place: _Place, name: str, words: Mapping[str, str]) -> dict[Path, str]:
    """Return the files of a new namespace. A Namespace that belongs to Kubernetes or Flux is not among them."""
    if place.has_namespace:
        return {}
    is_ours = RegistryDeployment(namespace=name).renders_namespace
    words = {**words, "file": quote_yaml(place.flux_file), "first": "\n  - namespace.yaml" if is_ours else ""}
    names = ("kustomization", "namespace") if is_ours else ("kustomization",)
    return {place.namespace / f"{each}.yaml": fill_template(f"app-{each}.yaml", words) for each in names}

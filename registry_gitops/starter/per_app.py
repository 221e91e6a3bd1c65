"""The layout `per-app`: kubernetes/apps/NAMESPACE/APPLICATION/ has ks.yaml, and app/, the directory that it applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from registry_gitops.documents import read_file
from registry_gitops.errors import InputError
from registry_gitops.starter.config_template import ConfigTemplate, fill_template, quote_yaml
from registry_gitops.starter.editor_schema import EditorSchema
from registry_gitops.starter.options import Starter, StarterOptions

_APPLICATIONS: Final = ("kubernetes/apps", "kubernetes/*/apps", "apps")
"""Where repositories of this layout have the directories of their namespaces."""


def per_app_starter(directory: Path, options: StarterOptions) -> Starter:
    """Return a config file for app/, and the files of its namespace if that is a new one.

    The GitRepository is that of the other applications.
    """
    others = find_flux_files(directory)
    apps = others[0].parents[2] if others else directory / _APPLICATIONS[0]
    namespace = apps / options.namespace
    config = namespace / options.name / "app/registry.yaml"
    schema = EditorSchema.find(directory, options.schema)
    template = ConfigTemplate(config.parent, options, schema)
    words = {
        "namespace": f"{{name: {template.words['namespace']}, inherit: true}}",
        **_git_repository(others),
    }
    flux = "flux-app" if options.source == "git" else "flux-app-published"
    text = template.fill(options.source, flux, **words)
    has_namespace = (namespace / "kustomization.yaml").exists()
    files = {config: text} if has_namespace else {config: text, **_namespace_files(namespace, template.words)}
    relative = {path.relative_to(directory).as_posix(): text for path, text in files.items()}
    steps = [f"read {config}, then run `registry-gitops render {config}`"]
    if has_namespace:
        steps.append(f"add {options.name}/ks.yaml to the resources of {namespace / 'kustomization.yaml'}")
    if not others:
        steps.append(f"let a Flux Kustomization apply {apps}")
    return Starter({**relative, **schema.files}, tuple(steps))


def find_flux_files(directory: Path) -> list[Path]:
    """Return the ks.yaml of each application of a repository, sorted."""
    return sorted(path for apps in _APPLICATIONS for path in directory.glob(f"{apps}/*/*/ks.yaml"))


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


def _namespace_files(namespace: Path, words: Mapping[str, str]) -> dict[Path, str]:
    return {
        namespace / f"{name}.yaml": fill_template(f"app-{name}.yaml", words) for name in ("kustomization", "namespace")
    }

"""Files and directories that `kustomization` names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.masking import quote
from registry_gitops.rules.deployments.output_directory import OutputDirectory, PathKind

_OBJECT: Final = re.compile(r"^(- )?[\"']?kind[\"']?\s*:|[\"']kind[\"']\s*:", re.MULTILINE)


def kustomization_files(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """`kustomization` names a file or a directory that kustomize cannot use.

    Why: kustomize then builds nothing of the directory, so Flux applies nothing, and reports it in the cluster only.

    Bad: `resources: [secret.sops.yaml]` without that file   Good: the same after the file was created
    """
    options = deployment.kustomization
    for index, path in enumerate(options.resources):
        problem = _resource_problem(path, directory)
        if problem:
            yield f"kustomization.resources[{index}]", problem
    for index, path in enumerate(options.components or ()):
        problem = _component_problem(path, directory)
        if problem:
            yield f"kustomization.components[{index}]", problem
    for index, patch in enumerate(options.patches or ()):
        if patch.path and _kind(patch.path, directory) not in (None, PathKind.FILE):
            yield f"kustomization.patches[{index}].path", _missing(patch.path, directory, "the file with the patch")


def _resource_problem(path: str, directory: OutputDirectory) -> str:
    match _kind(path, directory):
        case PathKind.MISSING:
            return _missing(path, directory, "the file")
        case PathKind.DIRECTORY:
            return f"{quote(path)} is a directory without a kustomization.yaml: add one, or name its files here"
        case PathKind.COMPONENT:
            return f"{quote(path)} is a component: name it in kustomization.components"
        case PathKind.FILE:
            text = directory.named[path].text
            # A file of comments alone is a resource without objects, and works.
            if any(line.strip() and not line.lstrip().startswith(("#", "---")) for line in text.splitlines()):
                return "" if _OBJECT.search(text) else f"{quote(path)} holds no object of Kubernetes: remove it here"
    return ""


def _component_problem(path: str, directory: OutputDirectory) -> str:
    match _kind(path, directory):
        case PathKind.MISSING:
            return _missing(path, directory, "the directory")
        case PathKind.FILE:
            return f"{quote(path)} is a file, and a component is a directory: name it in kustomization.resources"
        case PathKind.DIRECTORY:
            return f"{quote(path)} is a directory without a kustomization.yaml: add one of the kind Component"
        case PathKind.KUSTOMIZATION:
            return f"{quote(path)} is no component: name it in kustomization.resources, or set its kind to Component"
    return ""


def _kind(path: str, directory: OutputDirectory) -> PathKind | None:
    """Return what is at the path, None if that is not known, as for a URL."""
    return directory.named[path].kind if path in directory.named else None


def _missing(path: str, directory: OutputDirectory, what: str) -> str:
    if _kind(path, directory) is not PathKind.MISSING:
        return f"{quote(path)} is a directory: name {what}"
    return f"{quote(path)} does not exist, from the output directory: create {what}, or correct the path"

"""Kustomizations of Flux in files that kustomize reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from registry_gitops.documents import Problem, YAMLDocument
from registry_gitops.repository import FluxRepository, KustomizationFile


def kustomization_file_name(repository: FluxRepository) -> Iterator[tuple[YAMLDocument, Problem]]:
    """A Kustomization of Flux is in a file named kustomization.yaml.

    Why: kustomize takes each file of this name for its own. The build of the directory, and of each one above it, fails
    with "unknown field spec": nothing in them is applied.

    Source: https://github.com/fluxcd/flux2/issues/2251

    Bad: `apps/kustomization.yaml` with `apiVersion: kustomize.toolkit.fluxcd.io/v1`   Good: the same as `apps/ks.yaml`
    """
    for file in repository.kustomization_files:
        is_of_flux = str(file.value.get("apiVersion")).startswith("kustomize.toolkit.fluxcd.io/")
        if is_of_flux and not _is_listed(file, repository):
            message = f"kustomize takes {PurePath(file.file).name} for a file of its own, and refuses spec"
            yield file.document, Problem(("apiVersion",), message, "rename the file to ks.yaml")


def _is_listed(file: KustomizationFile, repository: FluxRepository) -> bool:
    """Whether a kustomization file names the file itself, and not its directory: then it is a resource like others."""
    return any(entry.target == file.file for other in repository.kustomization_files for entry in other.resources)

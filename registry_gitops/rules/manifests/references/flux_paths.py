"""Directories that Kustomizations of Flux apply."""

from __future__ import annotations

import os
from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem, is_decided_later
from registry_gitops.repository import FluxKustomization, FluxRepository


def missing_path(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """A Kustomization of Flux applies a directory that does not exist.

    Why: it stays at "kustomization path not found", and applies nothing. The path counts from the root of the
    repository, whatever the directory of the file is that it is written in.
    Source: https://github.com/fluxcd/flux2/issues/631
    Bad: `path: ./app`, where the directory is `apps/base/app`
    Good: `path: ./apps/base/app`
    """
    for flux in repository.flux_kustomizations:
        if not repository.is_applied(flux.manifest) or flux.manifest.get("spec", "suspend") is True:
            continue
        if flux.is_missing:
            kind, _, name = flux.source
            is_artifact = kind == "ExternalArtifact"
            source, root = (f"{kind}/{name}", "artifact") if is_artifact else ("this repository", "repository")
            yield (
                flux.manifest,
                Problem(
                    ("spec", "path"),
                    f"the directory {flux.path} does not exist in {source}",
                    f"correct the path: it counts from the root of the {root}",
                ),
            )
        if flux.manifest.get("spec", "ignoreMissingComponents") is True:
            continue
        for index, target in flux.components:
            if not os.path.exists(target) and not is_decided_later(target):
                yield (
                    flux.manifest,
                    Problem(
                        ("spec", "components", index),
                        "this component does not exist: Flux applies nothing of the Kustomization",
                        "correct the path: it counts from the directory in spec.path",
                    ),
                )


def applied_twice(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """A Kustomization of Flux applies the same objects as the one that applies it, or as one in its directory.

    Why: both own the objects, each applies its own variables, patches, and namespace over those of the other, and when
    one stops to apply an object, its garbage collection deletes it, though the other one still has it.
    Source: https://github.com/fluxcd/flux2/issues/3226
    Bad: `path: ./tenants/test` without a kustomization file there, and below it a Kustomization of `./tenants/test/app`
    Good: a kustomization.yaml in `tenants/test` that lists the files of the Kustomizations only
    """
    graph = repository.graph if repository.flux_kustomizations else None
    if graph is None:
        return
    located = [flux for flux in repository.flux_kustomizations if flux.folder is not None]
    below = {id(flux): graph.files_below(flux) for flux in located}
    by_directory: dict[str, list[FluxKustomization]] = {}
    for flux in located:
        by_directory.setdefault(os.path.dirname(flux.file), []).append(flux)
    for inner in located:
        siblings = [each for each in by_directory[os.path.dirname(inner.file)] if _is_inside(inner, each)]
        applying = [each for each in located if inner.file in below[id(each)]]
        for outer in dict.fromkeys([*applying, *siblings]):
            if outer is inner:
                continue
            other = f"Kustomization/{outer.manifest.name}"
            manifest = _common(repository, inner, outer, below[id(inner)] & below[id(outer)])
            if manifest is not None:
                yield (
                    inner.manifest,
                    Problem(
                        ("spec", "path"),
                        f"{manifest.identity} is applied by {other} too: both own it",
                        f"list in a kustomization.yaml what {other} applies, without these objects",
                    ),
                )
                break


def _is_inside(inner: FluxKustomization, outer: FluxKustomization) -> bool:
    """Whether one applies a directory below that of the other. Both are in the same directory, that of a cluster."""
    return inner.folder is not None and inner.folder.startswith(f"{outer.folder}/")


def _common(
    repository: FluxRepository, inner: FluxKustomization, outer: FluxKustomization, files: set[str]
) -> Manifest | None:
    """Return an object that both bring to the same namespace."""
    if _identity(inner) != _identity(outer) or not _has_same_source(inner, outer):
        return None
    for file in sorted(files):
        for document in repository.graph.documents_of(file):
            for manifest in repository.manifests_in(document):
                if not is_decided_later(manifest.name) and manifest is not inner.manifest:
                    return manifest
    return None


def _has_same_source(inner: FluxKustomization, outer: FluxKustomization) -> bool:
    """Whether both apply this repository. What an ArtifactGenerator has copied is found at its origin."""
    kinds = {inner.source[0], outer.source[0]}
    return inner.source == outer.source or "ExternalArtifact" in kinds


def _identity(flux: FluxKustomization) -> tuple[object, ...]:
    """Return what decides which objects those of a file are, and in which cluster."""
    return flux.namespace, flux.full_name(""), flux.manifest.get("spec", "kubeConfig")

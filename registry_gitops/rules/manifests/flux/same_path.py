"""Directories that more than one Kustomization applies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxKustomization, FluxRepository, file_of

_DISTINGUISHING: Final = (
    "targetNamespace",
    "kubeConfig",
    "namePrefix",
    "nameSuffix",
    "postBuild",
    "patches",
    "components",
    "images",
    "suspend",
)


def same_path(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Two Kustomizations of Flux apply the same directory to the same cluster.

    Why: both own its objects, and each writes its labels over those of the other. When one of them is removed, it
    deletes the objects, though the other one still has them.

    Source: https://github.com/fluxcd/kustomize-controller/issues/1724

    Bad: Kustomizations apps and apps-2 with `path: ./apps`   Good: one of them
    """
    groups: dict[tuple[Any, ...], list[FluxKustomization]] = defaultdict(list)
    for each in repository.flux_kustomizations if repository.root is not None else ():
        differs = any(each.manifest.get("spec", field) for field in _DISTINGUISHING)
        if each.folder and not differs:
            groups[each.folder, each.source, PurePath(each.file).parent].append(each)
    for (folder, *_), group in groups.items():
        if len(group) == 1 or not _has_objects(folder, repository):
            continue
        first = group[0]
        for other in group[1:]:
            if (first.manifest.name, first.manifest.namespace) != (other.manifest.name, other.manifest.namespace):
                message = f"the Kustomization {first.manifest.name} applies the same directory"
                yield other.manifest, Problem(("spec", "path"), message, "remove one of the two, or change its path")


def _has_objects(folder: str, repository: FluxRepository) -> bool:
    return any(PurePath(file_of(manifest)).is_relative_to(folder) for manifest in repository.manifests)

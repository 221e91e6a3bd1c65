"""Names of the variables that Flux substitutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.masking import show_key
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux_kinds import FLUX_KUSTOMIZATION

_NAME: Final = re.compile(r"[_A-Za-z][_A-Za-z0-9]*")


def substitution_name(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A variable of postBuild has a name that Flux does not accept.

    Why: names have letters, digits, and underscores. With one other name, such as `cluster-name`, kustomize-controller
    builds nothing of the Kustomization: "var name is invalid".

    Source: https://github.com/fluxcd/kustomize-controller/issues/290

    Bad: `substitute: {cluster-name: prod}`   Good: `substitute: {cluster_name: prod}`
    """
    yield from _invalid_names(manifest, ("spec", "postBuild", "substitute"))


def substitution_source_name(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Find the same in the ConfigMaps and Secrets that Kustomizations take variables from."""
    seen = set[int]()
    for kustomization in repository.of_kind(FLUX_KUSTOMIZATION):
        for source in kustomization.list("spec", "postBuild", "substituteFrom"):
            kind, name = (source.get("kind"), source.get("name")) if isinstance(source, dict) else (None, None)
            if not isinstance(kind, str) or not isinstance(name, str):
                continue
            for each in repository.find(kind, repository.namespace_of(kustomization), name):
                if each.name == name and id(each) not in seen:
                    seen.add(id(each))
                    for field in ("data", "stringData"):
                        yield from ((each, problem) for problem in _invalid_names(each, (field,)))


def _invalid_names(manifest: Manifest, path: Path) -> Iterator[Problem]:
    for name in manifest.mapping(*path):
        if isinstance(name, str) and not _NAME.fullmatch(name):
            yield Problem(
                (*path, name),
                f"Flux accepts no variable with the name {show_key(name)}",
                "write letters, digits, and underscores, and no digit first",
                on_key=True,
            )

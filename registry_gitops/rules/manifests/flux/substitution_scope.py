"""The objects that Flux substitutes variables in, and the variables that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path
from registry_gitops.repository import FluxRepository, KustomizationFile, file_of
from registry_gitops.rules.manifests.flux.flux_appliers import flux_appliers, is_patched_somewhere
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched
from registry_gitops.substitution import may_refer

_SWITCH: Final = "kustomize.toolkit.fluxcd.io/substitute"
_MOST_MISTAKES: Final = 3


def substituted_objects(repository: FluxRepository) -> Iterator[tuple[Manifest, list[Manifest]]]:
    """Yield the objects with texts to substitute, each with the Kustomizations of Flux that do so for certain."""
    for manifest in repository.manifests:
        if "${" in manifest.document.text:
            appliers = [each.manifest for each in flux_appliers(manifest, repository) if _has_variables(each.manifest)]
            if appliers:
                yield manifest, appliers


def _has_variables(kustomization: Manifest) -> bool:
    if kustomization.get("spec", "postBuild", "substitute"):
        return True
    sources = kustomization.list("spec", "postBuild", "substituteFrom")
    return any(isinstance(source, dict) and not source.get("optional") for source in sources)


def is_switched_off(manifest: Manifest, repository: FluxRepository) -> bool:
    """Return whether an object, or what adds annotations on its ways to the cluster, has the switch of Flux."""
    own = {**manifest.mapping("metadata", "labels"), **manifest.mapping("metadata", "annotations")}
    if _SWITCH in own or is_field_patched(manifest, repository, "metadata", "annotations", _SWITCH):
        return True
    for applier in repository.graph.all_appliers(file_of(manifest)):
        document = applier.document if isinstance(applier, KustomizationFile) else applier.manifest.document
        if _SWITCH in document.text:
            return True
    return False


def is_injected(kustomizations: int) -> bool:
    """Return whether so many Kustomizations lack variables that a webhook of the cluster must add them to all."""
    return kustomizations > _MOST_MISTAKES


def flux_variables(repository: FluxRepository) -> dict[int, set[str]]:
    """Return the id of each Kustomization of Flux whose variables are all in sight -> their names."""
    found: dict[int, set[str]] = {}
    if not is_patched_somewhere(repository, "postBuild"):
        for each in repository.flux_kustomizations:
            names = _names(each.manifest, repository)
            if names is not None:
                found[id(each.manifest)] = names
    return found


def _names(kustomization: Manifest, repository: FluxRepository) -> set[str] | None:
    names = set(kustomization.mapping("spec", "postBuild", "substitute"))
    for source in kustomization.list("spec", "postBuild", "substituteFrom"):
        kind, name = (source.get("kind"), source.get("name")) if isinstance(source, dict) else (None, None)
        if not isinstance(kind, str) or not isinstance(name, str):
            return None
        objects = repository.find(kind, repository.namespace_of(kustomization), name)
        objects = [each for each in objects if each.name == name]
        if not objects or any(is_field_patched(each, repository, "data") for each in objects):
            return None
        for each in objects:
            names |= {*each.mapping("data"), *each.mapping("stringData")}
    return names


def substituted_texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the texts of an object that Flux finds something to substitute in."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from substituted_texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from substituted_texts(inner, (*path, index))
    elif may_refer(value):
        yield path, value

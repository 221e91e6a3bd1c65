"""Names of generated ConfigMaps and Secrets, to which kustomize appends a hash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import FluxRepository, KustomizationFile, file_of
from registry_gitops.rules.manifests.references.lookups import FLUX_KUSTOMIZATION, HELM_RELEASE

_LISTS: Final[dict[str, Path]] = {
    HELM_RELEASE: ("spec", "valuesFrom"),
    FLUX_KUSTOMIZATION: ("spec", "postBuild", "substituteFrom"),
}
_GENERATORS: Final = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}
_REWRITING: Final = ("configurations", "replacements", "vars", "transformers", "patches", "patchesJson6902")


def hashed_name(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """An object of Flux names a generated ConfigMap or Secret without the hash that kustomize appends to the name.

    Why: kustomize replaces the names in Pods, but not in `valuesFrom` and `substituteFrom`, which it does not know.
    Flux looks for a name that does not exist: "could not find ConfigMap".
    Source: https://github.com/fluxcd/flux2/issues/445
    Bad: `configMapGenerator: [{name: registry-values}]`, and a HelmRelease with `valuesFrom` that name
    Good: `generatorOptions: {disableNameSuffixHash: true}`, or `configurations` with a nameReference
    """
    path = _LISTS[manifest.group_kind]
    listed = manifest.list(*path)
    if not listed or not repository.has(manifest):
        return
    files = [each for each in repository.graph.all_appliers(file_of(manifest)) if isinstance(each, KustomizationFile)]
    if any(file.list(field) for file in files for field in _REWRITING):
        return
    for index, item in enumerate(listed):
        if not isinstance(item, dict) or item.get("optional") is True:
            continue
        kind, name = str(item.get("kind")), str(item.get("name"))
        if kind not in _GENERATORS:
            continue
        if any(_has_hashed(file, _GENERATORS[kind], name) for file in files) and not repository.find(kind, "", name):
            yield Problem(
                (*path, index, "name"),
                f"kustomize appends a hash to the name of the generated {kind}/{name}, but not to the name here",
                "set generatorOptions.disableNameSuffixHash to true, or add a nameReference to configurations",
            )


def _has_hashed(file: KustomizationFile, field: str, name: str) -> bool:
    """Whether a kustomization file generates an object of a name, with a hash."""
    return any(
        isinstance(item, dict)
        and item.get("name") == name
        and not _disables_hash(item.get("options"))
        and not _disables_hash(file.value.get("generatorOptions"))
        for item in file.list(field)
    )


def _disables_hash(options: Any) -> bool:
    return isinstance(options, dict) and options.get("disableNameSuffixHash") is True

"""What the searches for references share: when an object that is not in sight does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Path, is_decided_later
from registry_gitops.repository import ARTIFACT_GENERATOR, FluxRepository, KustomizationFile, file_of

HELM_RELEASE = "HelmRelease.helm.toolkit.fluxcd.io"
FLUX_KUSTOMIZATION = "Kustomization.kustomize.toolkit.fluxcd.io"
_MAKERS = {"ExternalArtifact.source.toolkit.fluxcd.io": ARTIFACT_GENERATOR}
"""Kind -> the kind that makes objects of it, in its own namespace."""


def is_missing(repository: FluxRepository, manifest: Manifest, group_kind: str, namespace: object, name: str) -> bool:
    """Whether an object that `manifest` names does not exist, as far as that can be known.

    It can be, if the repository is complete, and has another object of that kind, or one that makes such objects, in
    that namespace, and neither a variable, a patch, nor a ResourceSet decides what the name or the object is.
    """
    if not name or is_decided_later(name) or is_decided_later(namespace):
        return False
    spaces = {namespace} if isinstance(namespace, str) and namespace else set(repository.namespaces_of(manifest))
    if any(repository.find(group_kind, space, name) for space in spaces) or not repository.is_complete:
        return False
    kinds = [group_kind, *filter(None, [_MAKERS.get(group_kind)])]
    others = [other for kind in kinds for other in repository.of_kind(kind)]
    if not any("" in spaces or not repository.namespaces_of(other).isdisjoint({"", *spaces}) for other in others):
        return False
    if repository.is_named_in_unread_text(name) or any(_is_generated(repository, kind) for kind in kinds):
        return False
    return repository.is_applied(manifest)


def is_changed_later(repository: FluxRepository, manifest: Manifest, key: str) -> bool:
    """Whether a patch, or a replacement, can change the value of a key on the way to the cluster."""
    if not repository.has(manifest):
        return False
    if any(key in patch.text for patch in repository.patches_for(manifest)):
        return True
    return any(
        isinstance(each, KustomizationFile) and (each.list("replacements") or each.list("vars"))
        for each in repository.graph.all_appliers(file_of(manifest))
    )


def dependencies(manifest: Manifest) -> Iterator[tuple[Path, str, str]]:
    """Yield path, namespace, and name of each object that an object of Flux waits for."""
    for index, item in enumerate(manifest.list("spec", "dependsOn")):
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            namespace = item.get("namespace")
            yield ("spec", "dependsOn", index), namespace if isinstance(namespace, str) else "", item["name"]


def elsewhere(repository: FluxRepository, group_kind: str, name: str) -> str:
    """Return the namespace in which an object of that name is, or ""."""
    found = {repository.namespace_of(each) for each in repository.find(group_kind, "", name)}
    return next(iter(found)) if len(found) == 1 else ""


def _is_generated(repository: FluxRepository, group_kind: str) -> bool:
    kind = group_kind.partition(".")[0]
    sets = repository.of_kind("ResourceSet.fluxcd.controlplane.io")
    return any(f"kind: {kind}" in each.document.text for each in sets)

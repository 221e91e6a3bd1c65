"""References to other namespaces, where Flux is set up to refuse them."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Path, Problem, is_decided_later
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.references.missing_objects import REFERENCES

_FLAG = "--no-cross-namespace-refs=true"
_FLUX_FILES = frozenset({"gotk-components.yaml", "gotk-sync.yaml"})


def blocked_reference(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """An object of Flux names an object of another namespace, and Flux is set up to refuse that.

    Why: with `--no-cross-namespace-refs=true`, or `multitenant: true` in a FluxInstance, the controllers stop with
    AccessDenied: "cross-namespace references have been blocked".
    Source: https://github.com/fluxcd/kustomize-controller/pull/549
    Bad: a HelmRelease in `team` with `sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}`
    Good: a HelmRepository in `team`, and `sourceRef: {kind: HelmRepository, name: charts}`
    """
    if not _is_locked_down(repository):
        return
    for group_kind, references in REFERENCES.items():
        for manifest in repository.of_kind(group_kind):
            for path, _ in references:
                yield from _blocked(manifest, path, repository)


def _blocked(manifest: Manifest, path: Path, repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    named, own = manifest.get(*path, "namespace"), repository.namespace_of(manifest)
    if not isinstance(named, str) or not named or not own or named == own or is_decided_later(named):
        return
    if repository.is_applied(manifest):
        yield (
            manifest,
            Problem(
                (*path, "namespace"),
                f"this {manifest.kind} is in the namespace {own}, and Flux refuses references to other ones here",
                f"add the object to the namespace {own}, and name that",
            ),
        )


def _is_locked_down(repository: FluxRepository) -> bool:
    """Whether every installation of Flux in sight refuses references to other namespaces."""
    instances = repository.of_kind("FluxInstance.fluxcd.controlplane.io")
    found = [each.get("spec", "cluster", "multitenant") is True for each in instances]
    for file in repository.kustomization_files:
        if not _FLUX_FILES.isdisjoint(entry.text.removeprefix("./") for entry in file.resources):
            found.append(_FLAG in file.document.source.text)
    return bool(found) and all(found)

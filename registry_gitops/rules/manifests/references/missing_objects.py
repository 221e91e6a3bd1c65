"""Objects of Flux that name an object that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import ARTIFACT_GENERATOR, FluxRepository, find_copies
from registry_gitops.rules.manifests.references.lookups import (
    FLUX_KUSTOMIZATION,
    HELM_RELEASE,
    dependencies,
    elsewhere,
    is_changed_later,
    is_missing,
)

REFERENCES: dict[str, tuple[tuple[Path, str], ...]] = {
    HELM_RELEASE: ((("spec", "chart", "spec", "sourceRef"), ""), (("spec", "chartRef"), "")),
    FLUX_KUSTOMIZATION: ((("spec", "sourceRef"), ""),),
    "HelmChart.source.toolkit.fluxcd.io": ((("spec", "sourceRef"), ""),),
    "ImageUpdateAutomation.image.toolkit.fluxcd.io": ((("spec", "sourceRef"), ""),),
    "ImagePolicy.image.toolkit.fluxcd.io": (
        (("spec", "imageRepositoryRef"), "ImageRepository.image.toolkit.fluxcd.io"),
    ),
    "Alert.notification.toolkit.fluxcd.io": ((("spec", "providerRef"), "Provider.notification.toolkit.fluxcd.io"),),
}
"""Kind -> the paths of what it names, with the kind of that; "": the kind is written beside the name."""

KINDS = frozenset(REFERENCES)


def missing_reference(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """An object of Flux names a source, chart, or provider that no object in the repository is.

    Why: the controller waits for the object and nothing else happens; a HelmRelease stays at "HelmChart is not ready",
    a Kustomization at "Source not found". The name is wrong, or the namespace: a reference without a namespace means
    the namespace of the object that has it, not flux-system.
    Source: https://github.com/fluxcd/flux2/issues/2236
    Bad: a HelmRelease in `test` whose sourceRef is `name: centrifugal`, of a HelmRepository in `flux-system`
    Good: sourceRef with `name: centrifugal` and `namespace: flux-system`
    """
    for path, fixed_kind in REFERENCES[manifest.group_kind]:
        reference = manifest.mapping(*path)
        name, kind = reference.get("name"), reference.get("kind")
        if not isinstance(name, str) or name == "flux-system":
            continue
        group_kind = fixed_kind or f"{kind}.source.toolkit.fluxcd.io"
        if kind == "ExternalArtifact" and find_copies(repository.of_kind(ARTIFACT_GENERATOR), name) is not None:
            continue
        namespace = reference.get("namespace")
        if not is_missing(repository, manifest, group_kind, namespace, name) or is_changed_later(
            repository, manifest, str(path[-1])
        ):
            continue
        other = elsewhere(repository, group_kind, name)
        kind = group_kind.partition(".")[0]
        yield Problem(
            (*path, "name"),
            f"{kind}/{name} does not exist in {_space(namespace)}" + (f", but in {other}" if other else ""),
            f"set {path[-1]}.namespace to {other}" if other else f"correct the name, or add the {kind}",
        )


def missing_dependency(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A HelmRelease or a Kustomization of Flux waits for one that does not exist.

    Why: it is never reconciled: "dependency not found". dependsOn of a HelmRelease means another HelmRelease, that of a
    Kustomization another Kustomization, in the same namespace if none is written.
    Source: https://github.com/ionfury/homelab/pull/272
    Bad: a HelmRelease with `dependsOn: [{name: prereqs}]`, where `prereqs` is a Kustomization
    Good: dependsOn of the Kustomization that applies the HelmRelease, or a HelmRelease of that name
    """
    for path, namespace, name in dependencies(manifest):
        if not is_missing(repository, manifest, manifest.group_kind, namespace, name) or is_changed_later(
            repository, manifest, "dependsOn"
        ):
            continue
        other = elsewhere(repository, manifest.group_kind, name)
        other_kind = FLUX_KUSTOMIZATION if manifest.group_kind == HELM_RELEASE else HELM_RELEASE
        hint = f", but in {other}" if other else ""
        if not other and repository.find(other_kind, "", name):
            hint = f": {name} is a {other_kind.partition('.')[0]}"
        yield Problem(
            (*path, "name"),
            f"{manifest.kind}/{name} does not exist in {_space(namespace)}{hint}",
            f"set its namespace to {other}" if other else f"name a {manifest.kind}, or remove the dependency",
        )


def _space(namespace: object) -> str:
    return f"the namespace {namespace}" if namespace else "this namespace"

"""API versions that Flux no longer serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds

_HELM: Final = {"v2beta1": "2.7", "v2beta2": "2.8"}
_SOURCE: Final = {"v1alpha1": "0.1", "v1beta1": "2.7", "v1beta2": "2.8"}
_KUSTOMIZE: Final = {"v1alpha1": "0.1", "v1beta1": "2.7", "v1beta2": "2.8"}
_NOTIFICATION: Final = {"v1alpha1": "0.1", "v1beta1": "2.7", "v1beta2": "2.9"}
_IMAGE: Final = {"v1alpha1": "0.13", "v1alpha2": "0.38", "v1beta1": "2.7", "v1beta2": "2.9"}

_REMOVED: Final = {
    kinds.HELM_RELEASE: ("v2", _HELM),
    kinds.HELM_CHART: ("v1", _SOURCE),
    kinds.HELM_REPOSITORY: ("v1", _SOURCE),
    kinds.OCI_REPOSITORY: ("v1", _SOURCE),
    kinds.GIT_REPOSITORY: ("v1", _SOURCE),
    kinds.BUCKET: ("v1", _SOURCE),
    kinds.FLUX_KUSTOMIZATION: ("v1", _KUSTOMIZE),
    kinds.ALERT: ("v1beta3", _NOTIFICATION),
    kinds.PROVIDER: ("v1beta3", _NOTIFICATION),
    kinds.RECEIVER: ("v1", _NOTIFICATION),
    kinds.IMAGE_POLICY: ("v1", _IMAGE),
    kinds.IMAGE_REPOSITORY: ("v1", _IMAGE),
    kinds.IMAGE_UPDATE_AUTOMATION: ("v1", _IMAGE),
}
"""Kind -> the version to write, and the versions that are gone, each with the release of Flux that removed it."""

_FLUX_1: Final = {
    "HelmRelease.helm.fluxcd.io": "helm.toolkit.fluxcd.io/v2, with a HelmRepository as the source of the chart",
    "HelmRelease.flux.weave.works": "helm.toolkit.fluxcd.io/v2, with a HelmRepository as the source of the chart",
}
"""Kinds of Flux 1, which ended in 2022 -> what to write instead."""

_CHANGED_FIELDS: Final = {
    kinds.HELM_RELEASE: (
        (("spec", "chart", "spec", "valuesFile"), "spec.chart.spec.valuesFiles"),
        (("spec", "postRenderers", 0, "kustomize", "patchesStrategicMerge"), "spec.postRenderers[].kustomize.patches"),
        (("spec", "postRenderers", 0, "kustomize", "patchesJson6902"), "spec.postRenderers[].kustomize.patches"),
    ),
    kinds.HELM_CHART: ((("spec", "valuesFile"), "spec.valuesFiles"),),
    kinds.FLUX_KUSTOMIZATION: (
        (("spec", "patchesStrategicMerge"), "spec.patches"),
        (("spec", "patchesJson6902"), "spec.patches"),
        (("spec", "validation"), ""),
    ),
    kinds.GIT_REPOSITORY: ((("spec", "gitImplementation"), ""), (("spec", "accessFrom"), "")),
    kinds.ALERT: ((("spec", "summary"), "spec.eventMetadata.summary"),),
}
"""Kind -> fields that the new version does not have, each with the field that replaces it, if one does."""

REMOVABLE_KINDS: Final = frozenset({*_REMOVED, *_FLUX_1})


def removed_api(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Flux no longer serves the API version of an object.

    Why: the API server of a cluster with a current Flux has no such kind, so the whole Kustomization that contains the
    object fails with "no matches for kind", and everything else in it stays as it is.

    Source: https://github.com/fluxcd/flux2/issues/4524

    Bad: `apiVersion: helm.toolkit.fluxcd.io/v2beta1`   Good: `apiVersion: helm.toolkit.fluxcd.io/v2`
    """
    if manifest.group_kind in _FLUX_1:
        message = f"{manifest.api_version} is an API of Flux 1, which Flux 2 does not serve"
        yield Problem(("apiVersion",), message, f"rewrite the object for {_FLUX_1[manifest.group_kind]}")
        return
    yield from _removed_references(manifest)
    current, removed = _REMOVED[manifest.group_kind]
    release = removed.get(manifest.api_version.rpartition("/")[2])
    if release and not _is_served(manifest, repository):
        yield Problem(
            ("apiVersion",),
            f"{manifest.api_version} was removed in Flux {release}",
            "; ".join([f"set apiVersion: {manifest.group}/{current}", *_field_changes(manifest)]),
        )


def _removed_references(manifest: Manifest) -> Iterator[Problem]:
    """Yield the objects that a Receiver asks the API server for by a removed version."""
    resources = manifest.list("spec", "resources") if manifest.group_kind == kinds.RECEIVER else []
    for index, resource in enumerate(resources):
        version = resource.get("apiVersion") if isinstance(resource, dict) else None
        group, _, number = version.partition("/") if isinstance(version, str) else ("", "", "")
        current, removed = _REMOVED.get(f"{resource.get('kind')}.{group}", ("", {})) if group else ("", {})
        if number in removed:
            message = f"{version} was removed in Flux {removed[number]}: each webhook fails"
            path = ("spec", "resources", index, "apiVersion")
            yield Problem(path, message, f"set apiVersion: {group}/{current}")


def _field_changes(manifest: Manifest) -> Iterator[str]:
    for path, successor in _CHANGED_FIELDS.get(manifest.group_kind, ()):
        if manifest.get(*path) is not None:
            field = ".".join(str(step) for step in path)
            yield f"move {field} to {successor}" if successor else f"delete {field}"


def _is_served(manifest: Manifest, repository: FluxRepository) -> bool:
    """Whether the repository installs a Flux that still serves the version."""
    version = manifest.api_version.rpartition("/")[2]
    for definition in repository.of_kind("CustomResourceDefinition.apiextensions.k8s.io"):
        if (
            definition.get("spec", "group") == manifest.group
            and definition.get("spec", "names", "kind") == manifest.kind
        ):
            versions = [each for each in definition.list("spec", "versions") if isinstance(each, dict)]
            return any(each.get("name") == version and each.get("served") for each in versions)
    return False

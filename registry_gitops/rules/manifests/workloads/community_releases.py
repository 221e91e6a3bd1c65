"""What the values of a HelmRelease make of the community's chart docker-registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.guards import is_guarded
from registry_gitops.rules.image_references import is_outdated_registry
from registry_gitops.rules.manifests.workloads.community_charts import is_of_community
from registry_gitops.rules.manifests.workloads.transformers import has_patch

_VALUES: Final = ("spec", "values")
_OLD_CHARTS: Final = r"v?([012]\.\d+\.\d+|3\.0\.0)"


def _has_all_values(release: Manifest, repository: FluxRepository) -> bool:
    """Return whether the values are those of the community's chart, and all of them stand in the release."""
    is_complete = not release.get("spec", "valuesFrom")
    return is_complete and is_of_community(release, repository) and not has_patch(repository, release)


def find_outdated_releases(release: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the old image of a release, or the old one of the chart."""
    if not _has_all_values(release, repository):
        return
    image = release.mapping(*_VALUES, "image")
    tag = image.get("tag")
    version = str(release.get("spec", "chart", "spec", "version"))
    if not image and re.fullmatch(_OLD_CHARTS, version):
        message = f"version {version} of the chart runs a registry older than 3.1.1, which lacks security fixes"
        yield Problem((*_VALUES, "image"), message, "set image.tag to 3.1.1, with chart version 3.0.0 or newer")
    elif isinstance(tag, str) and image.get("repository", "registry") == "registry" and is_outdated_registry(tag):
        yield Problem((*_VALUES, "image", "tag"), f"registry {tag} lacks the fixes of 3.1.1", "write 3.1.1")


def find_fleeting_releases(release: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the releases that keep their images in an emptyDir, which is the chart's default."""
    values = release.mapping(*_VALUES)
    is_on_disk = values.get("storage", "filesystem") == "filesystem"
    is_lost = is_on_disk and not _is_on(values, "persistence") and not _is_on(values, "proxy")
    mounts_own = bool(values.get("extraVolumeMounts") or values.get("extraEnvVars") or values.get("configData"))
    if is_lost and not mounts_own and _has_all_values(release, repository):
        message = "the images are in an emptyDir, and all are deleted when the Pod is replaced"
        yield Problem((*_VALUES, "persistence"), message, "set persistence.enabled to true, or use object storage")


def find_open_releases(release: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the releases that an Ingress opens to everyone."""
    values = release.mapping(*_VALUES)
    if not _is_on(values, "ingress") or _is_on(values, "proxy") or not _has_all_values(release, repository):
        return
    name = str(release.get(*_VALUES, "ingress", "className") or "")
    annotations = release.mapping(*_VALUES, "ingress", "annotations")
    guarded = is_guarded(annotations) or is_guarded({"class": name}) or "private" in name
    others = ("secrets", "configData", "extraEnvVars", "extraVolumes")
    if not guarded and not any(
        "auth" in str(values.get(key)).lower() or "htpasswd" in str(values.get(key)) for key in others
    ):
        message = "clients outside the cluster can push and pull without a login, through the Ingress"
        yield Problem((*_VALUES, "ingress", "enabled"), message, "set secrets.htpasswd by valuesFrom, from a Secret")


def _is_on(values: dict[str, object], section: str) -> bool:
    """Return whether a section is enabled, or can be: by a variable of Flux."""
    found = values.get(section)
    return isinstance(found, dict) and found.get("enabled") not in (None, False)

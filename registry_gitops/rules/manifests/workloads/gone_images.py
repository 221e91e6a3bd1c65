"""The image is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.image_references import ImageReference, parse_image
from registry_gitops.rules.manifests.workloads.pods import WORKLOADS, containers_of
from registry_gitops.rules.manifests.workloads.transformers import replaced_images

_BITNAMI: Final = "docker.io/bitnami/"
_GONE: Final = {
    _BITNAMI: (
        "Bitnami removed the versions of its images from docker.io/bitnami in 2025",
        "write another image; until then, docker.io/bitnamilegacy has the old versions, without fixes",
    ),
    "gcr.io/kubebuilder/": (
        "gcr.io/kubebuilder was shut down in 2025",
        "write registry.k8s.io/kubebuilder, or quay.io/brancz/kube-rbac-proxy",
    ),
    "projects.registry.vmware.com/": (
        "VMware shut down projects.registry.vmware.com in 2024",
        "write the registry that the project uses now",
    ),
    "docker.bintray.io/": ("JFrog shut down Bintray in 2021", "write the registry that the project uses now"),
    "k8s.gcr.io/": (
        "k8s.gcr.io has got no images since April 2023, and nobody maintains it",
        "write registry.k8s.io instead of k8s.gcr.io",
    ),
    "gcr.io/google_containers/": (
        "gcr.io/google_containers is the old k8s.gcr.io, which has got no images since April 2023",
        "write registry.k8s.io instead of gcr.io/google_containers",
    ),
}
"""Start of a repository -> what happened to it, and what to write."""
_RELEASE: Final = "HelmRelease.helm.toolkit.fluxcd.io"
GONE_IMAGE_KINDS: Final = WORKLOADS | {_RELEASE}
_PREFIXES: Final = tuple(_GONE)
_HINTS: Final = ("bitnami/", "gcr.io/", "vmware.com/", "bintray.io/")


def find_gone_images(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """An image is in a registry, or in a part of one, that was shut down.

    Why: nodes that have the image continue to run it, so nothing is noticed until a Pod moves to another node. That Pod
    then stays in ImagePullBackOff.

    Source: https://github.com/bitnami/charts/issues/36530, https://github.com/bitnami/containers/issues/83267,
    https://github.com/awslabs/kubeflow-manifests/issues/831 (gcr.io/kubebuilder),
    https://github.com/vmware-tanzu/cluster-api-provider-bringyourownhost/issues/894,
    https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/

    Bad: `image: docker.io/bitnami/redis:7.4.1`   Good: `image: docker.io/library/redis:8.2.1`
    """
    text = manifest.document.text
    if not any(hint in text for hint in _HINTS):
        return
    if manifest.group_kind == _RELEASE:
        yield from _in_values(manifest.get("spec", "values"), ("spec", "values"))
        return
    for path, container in containers_of(manifest):
        reference = container.get("image")
        if not isinstance(reference, str):
            continue
        image = parse_image(reference)
        prefix = next((each for each in _PREFIXES if image.full_repository.startswith(each)), None)
        if prefix is None or _can_be_there(prefix, image) or image.repository in replaced_images(repository):
            continue
        what, remedy = _GONE[prefix]
        yield Problem((*path, "image"), f"{what}: a node that does not have the image yet cannot pull it", remedy)


def _in_values(value: Any, path: Path) -> Iterator[Problem]:
    """Yield the images of Bitnami that values name with a version."""
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _in_values(entry, (*path, index))
    elif isinstance(value, dict):
        repository, tag = value.get("repository"), value.get("tag")
        if isinstance(repository, str) and isinstance(tag, str) and value.get("registry") in (None, "docker.io"):
            image = ImageReference(repository, tag.partition("@")[0], str(value.get("digest") or tag.partition("@")[2]))
            if image.full_repository.startswith(_BITNAMI) and not _can_be_there(_BITNAMI, image):
                what, remedy = _GONE[_BITNAMI]
                yield Problem(
                    (*path, "repository"), f"{what}: a node that does not have the image cannot pull it", remedy
                )
        for key, entry in value.items():
            yield from _in_values(entry, (*path, key))


def _can_be_there(prefix: str, image: ImageReference) -> bool:
    """Return whether the image is one of the few of Bitnami that are left, or is named by its content."""
    return prefix == _BITNAMI and (bool(image.digest) or image.tag in ("", "latest") or "$" in image.tag)

"""Checks of Docker's own media types. A registry is allowed to accept only those of OCI."""

from __future__ import annotations

from registry_gitops.smoke.check import check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_digest, parse_errors
from registry_gitops.smoke.exceptions import NotSupported
from registry_gitops.smoke.images import (
    DOCKER_CONFIG,
    DOCKER_IMAGE,
    DOCKER_LAYER,
    DOCKER_LIST,
    LocalManifest,
    make_manifest,
)
from registry_gitops.smoke.remedies import KINDS
from registry_gitops.smoke.repository import expect_same_manifest

_OTHER_REASONS = (401, 403, 413, 429)


@check("manifest-docker", spec="Docker image manifest, version 2 schema 2", remedy=KINDS)
def manifest_docker(context: Context) -> None:
    """A Docker image (schema 2) can be pushed, and pulled by tag and by digest.

    `docker push` sends this format, and most public images have it.
    """
    _expect_docker_types(context)
    # Not the image of the list: registry 2 loses a manifest for a moment while it is pushed again.
    image = _make_docker_image(context.pushed_image()[0], layers=2)
    tag = context.make_tag("a")
    expect_digest(context.repository.store(image, tag), image.digest)
    for reference in (tag, image.digest):
        expect_same_manifest(context.repository.request_manifest(reference), image)


@check("docker-list", spec="Docker image manifest, version 2: manifest list", remedy=KINDS)
def docker_list(context: Context) -> None:
    """A Docker manifest list can be pushed, and pulled by tag and by digest.

    `docker manifest push` and `docker buildx` with oci-mediatypes=false push images of several platforms so.
    """
    images = _expect_docker_types(context)
    tag = context.make_tag("a")
    expect_digest(context.repository.store(images, tag), images.digest)
    # containerd and BuildKit accept anything else with low preference, which is no wish for another format.
    accept = f"{DOCKER_IMAGE}, {DOCKER_LIST}, */*"
    expect_same_manifest(context.repository.request_manifest(tag, method="HEAD", accept=accept), images)
    for reference in (tag, images.digest):
        expect_same_manifest(context.repository.request_manifest(reference, accept=accept), images)


def _expect_docker_types(context: Context) -> LocalManifest:
    """Push a Docker image and a list of it, once, and return the list. Raises NotSupported if both are refused."""
    images, responses = context.run.once("docker types", lambda: _push_docker_types(context))
    if all(map(_is_refused, responses)) and not context.expectations.source:
        raise NotSupported("the registry accepts only the media types of OCI, not those of Docker")
    return images


def _push_docker_types(context: Context) -> tuple[LocalManifest, tuple[RegistryResponse, ...]]:
    shared, _ = context.pushed_image()
    image = _make_docker_image(shared, layers=1)
    pushed = context.repository.put_manifest(image, image.digest)
    # If the image is refused, whether the list is, too, must not depend on that.
    entry = shared if pushed.status >= 400 else image
    platform = {"architecture": "amd64", "os": "linux"}
    images = make_manifest({"manifests": [entry.descriptor(platform=platform)]}, DOCKER_LIST)
    return images, (pushed, context.repository.put_manifest(images, images.digest))


def _make_docker_image(image: LocalManifest, layers: int) -> LocalManifest:
    """Make a Docker image of the blobs of an image, with its layer as often as this."""
    config, layer = image.blobs
    body = {
        "config": {**config.descriptor(), "mediaType": DOCKER_CONFIG},
        "layers": [{**layer.descriptor(), "mediaType": DOCKER_LAYER}] * layers,
    }
    return make_manifest(body, DOCKER_IMAGE)


def _is_refused(response: RegistryResponse) -> bool:
    return 400 <= response.status < 500 and response.status not in _OTHER_REASONS and parse_errors(response) is not None


CHECKS = (
    manifest_docker,
    docker_list,
)

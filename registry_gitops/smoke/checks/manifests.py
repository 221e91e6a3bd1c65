"""Checks of manifests: every kind, by tag and by digest, and what must be refused."""

from __future__ import annotations

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_digest, expect_status, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import ACCEPT_ALL, ARTIFACT, DOCKER_IMAGE, IMAGE, LocalManifest, sha256_digest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import KINDS, OTHER_REGISTRY, PROXY, PROXY_ERRORS
from registry_gitops.smoke.remedy import Remedy, is_unset
from registry_gitops.smoke.repository import READS, expect_same_manifest

STORAGE = (
    "The registry's log has the reason (kubectl logs). In most cases, it is the volume (`persistence.size`, "
    "`podSecurityContext.fsGroup`), or `configuration.validation.manifests.indexes.platforms`."
)


@check("manifest-image", spec="distribution-spec, end-7 and end-3; image-spec, image manifest", remedy=STORAGE)
def manifest_image(context: Context) -> None:
    """An OCI image can be pushed, and pulled by tag and by digest.

    BuildKit, Podman, and Buildah push OCI images.
    """
    image = context.make_variant()
    _push_and_pull(context, image)
    context.repository.expect_stored(image)


@check("manifest-index", spec="distribution-spec, end-7; image-spec, image index", remedy=STORAGE)
def manifest_index(context: Context) -> None:
    """An index of images can be pushed and pulled.

    An image for several platforms is an index.
    """
    amd64, arm64 = context.make_variant("amd64"), context.make_variant("arm64")
    for image in (amd64, arm64):
        context.repository.store(image)
    _push_and_pull(context, context.images.make_image_index(context.check_id, amd64, arm64))
    expect_same_manifest(context.repository.request_manifest(arm64.digest), arm64)


@check("manifest-artifact", spec="distribution-spec, Pushing Manifests with Subject", remedy=KINDS)
def manifest_artifact(context: Context) -> None:
    """An artifact that refers to an image can be pushed and pulled.

    Signatures and SBOMs are such artifacts.
    """
    subject = context.make_variant("subject")
    context.repository.store(subject)
    _push_and_pull(context, context.make_variant(artifactType=ARTIFACT, subject=subject.descriptor()))


@check("manifest-head", spec="distribution-spec, end-3: HEAD", remedy=PROXY)
def manifest_head(context: Context) -> None:
    """HEAD returns the digest, length, and media type of a manifest.

    Flux, Renovate, and the kubelet use it to find out whether a tag has moved.
    """
    image, tag = context.pushed_image()
    for reference in (tag, image.digest):
        expect_same_manifest(context.repository.request_manifest(reference, method="HEAD"), image)


@check("manifest-missing", level=Level.READ, spec="distribution-spec, end-3: 404", remedy=PROXY_ERRORS)
def manifest_missing(context: Context) -> None:
    """A missing manifest gets a 404.

    With another status code, clients report that the registry is broken.
    """
    for method in READS:
        expect_status(context.repository.request_manifest(context.make_tag("none"), method=method), 404)
    for method in READS:
        response = context.repository.request_manifest(context.make_image("none").digest, method=method)
        if response.status == 500:
            raise NotSupported("GET of a missing digest returned 500, as pull-through caches do")
        expect_status(response, 404)


@check("manifest-accept", spec="RFC 9110, Accept; distribution-spec, Pulling Manifests", remedy=PROXY)
def manifest_accept(context: Context) -> None:
    """A manifest keeps its media type, whatever the client accepts.

    A converted manifest has another digest than the one that the client requested.
    """
    image, tag = context.pushed_image()
    for accept in (IMAGE, ACCEPT_ALL, f"{DOCKER_IMAGE}, {IMAGE};q=0.5, */*;q=0.1"):
        expect_same_manifest(context.repository.request_manifest(tag, accept=accept), image)
    # A client that accepts only another media type can be refused, but must not get a converted manifest.
    response = context.repository.request_manifest(tag, accept=DOCKER_IMAGE)
    if expect_status(response, 200, 404, 406).status == 200:
        expect_same_manifest(response, image)


@check("manifest-conditional", requirement=RECOMMENDED, spec="RFC 9110, If-None-Match", remedy=PROXY)
def manifest_conditional(context: Context) -> None:
    """A manifest that a client has is not sent again.

    The registry returns 304 for it, and the new manifest if the tag has moved.
    """
    _, tag = context.pushed_image()
    etag = expect_status(context.repository.request_manifest(tag, method="HEAD"), 200).headers.get("ETag")
    if not etag:
        raise NotSupported("manifests have no ETag")
    headers = {"Accept": ACCEPT_ALL, "If-None-Match": etag}
    response = context.repository.request("GET", f"manifests/{tag}", headers=headers)
    if response.status == 200:
        raise NotSupported("If-None-Match is ignored")
    if response.status != 304 or response.body:
        raise status_failure(response, 304)
    other = {**headers, "If-None-Match": f'"{sha256_digest(b"other")}"'}
    expect_status(context.repository.request("GET", f"manifests/{tag}", headers=other), 200)


@check("manifest-wrong-digest", spec="distribution-spec, end-7: the digest must match", remedy=OTHER_REGISTRY)
def manifest_wrong_digest(context: Context) -> None:
    """A manifest that does not match its digest is refused.

    Otherwise, a pull by digest does not get what was signed.
    """
    image, other = context.make_variant(), context.make_variant("other")
    context.repository.push_record.add_manifest(context.repository.name, image.digest)
    context.repository.push_record.add_manifest(context.repository.name, other.digest)
    response = context.repository.request(
        "PUT", f"manifests/{other.digest}", image.content, {"Content-Type": image.media_type}
    )
    if response.status < 300:
        if response.headers.get("Docker-Content-Digest") == image.digest:
            raise NotSupported("the registry stores the manifest under its real digest instead")
        raise CheckFailed(f"a manifest was accepted under a digest that does not match ({response.status})")
    for refused in (image, other):
        context.repository.push_record.discard_manifest(context.repository.name, refused.digest, None)
    if not 400 <= response.status < 500:
        raise status_failure(response, 400)


@check("manifest-invalid", spec="distribution-spec, Error Codes: MANIFEST_INVALID", remedy=OTHER_REGISTRY)
def manifest_invalid(context: Context) -> None:
    """An invalid manifest gets a 4xx.

    Otherwise, only a pull shows that a push was broken.
    """
    broken = LocalManifest(f'{{"schemaVersion": 2, "{context.seed}'.encode(), IMAGE)
    response = context.repository.put_manifest(broken, context.make_tag("a"))
    if response.status < 300:
        raise NotSupported("the registry accepts any bytes as a manifest")
    if not 400 <= response.status < 500:
        raise status_failure(response, 400)


@check(
    "manifest-missing-blob",
    requirement=RECOMMENDED,
    spec="distribution-spec, end-7: MANIFEST_BLOB_UNKNOWN",
    remedy=Remedy(
        "Set `configuration.validation.disabled` to false; after garbage collection, restart the Pod.",
        sets={"configuration.validation.disabled": is_unset},
        otherwise="After garbage collection, restart the Pod: its cache (`cache.type`) still has the deleted blobs.",
    ),
)
def manifest_missing_blob(context: Context) -> None:
    """An image with a missing layer is refused.

    Otherwise, a push that lost a layer succeeds, and the first pull fails.
    """
    response = context.repository.put_manifest(context.make_image(), context.make_tag("a"))
    if response.status == 201:
        raise NotSupported("the registry accepts images with missing layers, which the specification allows")
    if not 400 <= response.status < 500:
        raise status_failure(response, 404)


def _push_and_pull(context: Context, manifest: LocalManifest) -> None:
    tag = context.make_tag("a")
    expect_digest(context.repository.store(manifest, tag), manifest.digest)
    for reference in (tag, manifest.digest):
        expect_same_manifest(context.repository.request_manifest(reference), manifest)


CHECKS = (
    manifest_image,
    manifest_index,
    manifest_artifact,
    manifest_head,
    manifest_missing,
    manifest_accept,
    manifest_conditional,
    manifest_wrong_digest,
    manifest_invalid,
    manifest_missing_blob,
)

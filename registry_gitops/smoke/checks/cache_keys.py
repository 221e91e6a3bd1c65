"""Checks of what a cache in front must tell apart: media types, methods, and ranges."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from registry_gitops.smoke.check import check
from registry_gitops.smoke.client import NoResponseError, RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_digest, expect_header, expect_status
from registry_gitops.smoke.exceptions import CheckFailed
from registry_gitops.smoke.images import (
    DOCKER_CONFIG,
    DOCKER_IMAGE,
    DOCKER_LAYER,
    DOCKER_LIST,
    IMAGE,
    INDEX,
    LocalBlob,
    LocalManifest,
)
from registry_gitops.smoke.repository import READS

KEYS: Final = (
    "A cache in front of the registry takes different requests for the same one. With nginx, its key needs the method, "
    'the range, and the accepted types: proxy_cache_key "$request_method$host$request_uri$http_range$http_accept", and '
    "proxy_cache_convert_head off, or remove proxy_cache (nginx.ingress.kubernetes.io/configuration-snippet in "
    "`ingress.annotations`). On a CDN, bypass the cache for /v2/."
)


@check("cache-accept", spec="RFC 9110, Vary; distribution-spec, Pulling Manifests", remedy=KEYS)
def cache_accept(context: Context) -> None:
    """A client gets the index of an image that it accepts, although one that accepts no indexes has asked before.

    To such a client, a registry returns an image instead of an index, or 404. If a cache keeps that, all others get it.
    """
    image, _ = context.pushed_image()
    entries = [image.descriptor()]
    by = {"org.example.made-by": f"{context.seed} {context.check_id}"}
    _expect_negotiated(context, _make(INDEX, manifests=entries, annotations=by), "oci", narrow=IMAGE)
    docker = _as_docker(image)
    if context.repository.put_manifest(docker, docker.digest).status == 201:
        entries = [docker.descriptor(platform={"architecture": "amd64", "os": "linux"})]
        _expect_negotiated(context, _make(DOCKER_LIST, manifests=entries), "docker", narrow=DOCKER_IMAGE)


@check("cache-ranges", spec="RFC 9111, Combining Partial Content; RFC 9110, HEAD", remedy=KEYS)
def cache_ranges(context: Context) -> None:
    """A layer is returned whole, although another client has asked for a part of it, or for its headers.

    Otherwise, one interrupted download makes the layer unreadable for all.
    """
    blob, other = context.make_blob(), context.make_blob("other")
    context.repository.push_blob(blob)
    for start, end in ((0, 99), (100, 299)):
        requested = f"bytes={start}-{end}"
        part = context.repository.request_blob(blob.digest, headers={"Range": requested})
        if part.status == 206 and part.body != blob.content[start : end + 1]:
            raise CheckFailed(f"GET of a blob with Range: {requested} returned other bytes, after requests for others")
    _expect_whole(context, blob, "after a GET with Range")
    context.repository.push_blob(other)
    head = expect_status(context.repository.request_blob(other.digest, method="HEAD"), 200)
    expect_header(head, "Content-Length", str(len(other.content)))
    _expect_whole(context, other, "after a HEAD")


def _expect_whole(context: Context, blob: LocalBlob, after: str) -> None:
    try:
        response = context.repository.request_blob(blob.digest)
    except NoResponseError as problem:
        raise CheckFailed(f"GET of a blob {after} ended early: {problem.reason}") from None
    if response.status != 200 or response.body != blob.content:
        raise CheckFailed(
            f"GET of a blob {after} returned {response.status} with {len(response.body)} bytes, expected 200 with "
            f"{len(blob.content)}"
        )


def _expect_negotiated(context: Context, manifest: LocalManifest, label: str, *, narrow: str) -> None:
    """Push a manifest, request it as a client that accepts only `narrow`, then as one that accepts all types."""
    tag = context.make_tag(label)
    if context.repository.put_manifest(manifest, tag).status != 201:
        return  # A registry need not have every type: the checks of contents say so.
    for method in READS:
        context.repository.request_manifest(tag, method=method, accept=narrow)
        response = context.repository.request_manifest(tag, method=method)
        _expect_manifest(response, manifest, f"after a request with Accept: {narrow}")


def _expect_manifest(response: RegistryResponse, manifest: LocalManifest, after: str) -> None:
    what = f"{response.method} of {manifest.media_type}"
    if response.status != 200:
        raise CheckFailed(f"{what} returned {response.status} {after}")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if media_type != manifest.media_type:
        raise CheckFailed(f"{what} returned {media_type or 'no media type'} {after}")
    if response.method == "GET" and response.body != manifest.content:
        raise CheckFailed(f"{what} returned another manifest {after}")
    expect_digest(response, manifest.digest)


def _as_docker(image: LocalManifest) -> LocalManifest:
    """Return a Docker image with the blobs of an OCI image, which are already in the repository."""
    config, layer = image.blobs
    return _make(
        DOCKER_IMAGE,
        config=replace(config, media_type=DOCKER_CONFIG).descriptor(),
        layers=[replace(layer, media_type=DOCKER_LAYER).descriptor()],
    )


def _make(media_type: str, **keys: object) -> LocalManifest:
    return LocalManifest(json.dumps({"schemaVersion": 2, "mediaType": media_type, **keys}).encode(), media_type)


CHECKS = (cache_accept, cache_ranges)

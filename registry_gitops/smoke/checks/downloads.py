"""Checks of downloads: their bytes, their lengths, and what proxies do to them on the way."""

from __future__ import annotations

import gzip
from typing import Final

from registry_gitops.smoke.check import Check, check
from registry_gitops.smoke.client import NoResponseError, RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status, is_page
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.images import ACCEPT_ALL, LocalBlob, LocalManifest, sha256_digest
from registry_gitops.smoke.remedies import COMPRESSED, CUT_OFF, FILTERED
from registry_gitops.smoke.repository import READS

_CONTAINERD: Final = "zstd;q=1.0, gzip;q=0.8, deflate;q=0.5"
"""The Accept-Encoding that containerd sends for layers. Docker and Podman send no Accept with it."""
_GO: Final = "gzip"
"""The Accept-Encoding that other Go programs send with each request that has none."""
_PAUSE: Final = 0.2
"""Seconds in which a proxy gets all that it wants to buffer."""


@check("download", spec="distribution-spec, end-2; pitfall: layers changed on the way", remedy=CUT_OFF)
def download(context: Context) -> None:
    """A layer of 2 MB is returned whole and unchanged, to a client that accepts compression.

    If a proxy cuts it off, decompresses it, or marks it as compressed, pulls fail: its digest does not match.
    """
    layer = _layer(context)
    path = context.repository.path(f"blobs/{layer.digest}")
    headers = {"Accept-Encoding": _CONTAINERD, "Accept": None}
    response = expect_status(context.client.request("HEAD", path, headers=headers), 200)
    _expect_no_page(response, layer)
    _expect_unencoded(response, layer)
    try:
        received = context.client.download(path, headers)
    except NoResponseError as problem:
        raise CheckFailed(f"{_request('GET', layer)}: {problem.reason}") from None
    _expect_no_page(expect_status(received.response, 200), layer)
    _expect_same(layer, received.size, received.digest)
    _expect_unencoded(received.response, layer)


@check("download-slow", spec="pitfall: nginx that cannot write its temporary files", remedy=CUT_OFF)
def download_slow(context: Context) -> None:
    """A layer of 2 MB is returned whole to a client that reads slowly.

    A proxy that gets a layer faster than its client reads it writes the rest to a file, or gives up.
    """
    layer = _layer(context)
    with context.client.with_slow_reading() as slow:
        try:
            received = slow.download(context.repository.path(f"blobs/{layer.digest}"), pause=_PAUSE)
        except NoResponseError as problem:
            raise CheckFailed(f"{_request('GET', layer)} by a client that reads slowly: {problem.reason}") from None
    expect_status(received.response, 200)
    _expect_same(layer, received.size, received.digest)


@check("download-lengths", spec="distribution-spec, end-2 and end-3: Content-Length", remedy=COMPRESSED)
def download_lengths(context: Context) -> None:
    """Manifests and blobs have their Content-Length, also for clients that accept compression.

    Docker and oras refuse a manifest without its length. Go programs accept gzip with every request.
    """
    image, tag = context.pushed_image()
    config = image.blobs[0]
    paths = {f"manifests/{tag}": image, f"manifests/{image.digest}": image, f"blobs/{config.digest}": config}
    for path, blob in paths.items():
        for method in READS:
            headers = {"Accept": ACCEPT_ALL, "Accept-Encoding": _GO}
            try:
                response = expect_status(context.repository.request(method, path, headers=headers), 200)
            except NoResponseError as problem:
                raise CheckFailed(f"{_request(method, blob)}: {problem.reason}") from None
            _expect_unencoded(response, blob)


def _layer(context: Context) -> LocalBlob:
    try:
        return context.pushed_layer()
    except (CheckFailed, NoResponseError):
        raise Skipped("no layer of 2 MB can be pushed: see upload-2-mb") from None


def _expect_same(layer: LocalBlob, size: int, digest: str) -> None:
    """Return if what was received has this digest. Raises CheckFailed."""
    if digest == layer.digest:
        return
    received = f"{_request('GET', layer)} returned {size} bytes"
    if digest == sha256_digest(gzip.decompress(layer.content)):
        raise CheckFailed(f"{received}, which the header Content-Encoding or a proxy made of them", COMPRESSED)
    raise CheckFailed(f"{received}, and not those that were pushed")


def _expect_no_page(response: RegistryResponse, layer: LocalBlob) -> None:
    """Return if the response is not a page for people, such as a challenge. Raises CheckFailed."""
    if is_page(response):
        raise CheckFailed(
            f"{_request(response.method, layer)}, without an Accept, returned a page for people", FILTERED
        )


def _expect_unencoded(response: RegistryResponse, blob: LocalBlob) -> None:
    """Return if the response has the length of the blob, and no Content-Encoding. Raises CheckFailed."""
    encoding = response.headers.get("Content-Encoding", "identity")
    returned = f"{_request(response.method, blob)} returned"
    if encoding.strip().lower() != "identity":
        raise CheckFailed(f"{returned} Content-Encoding: {encoding}, and {_length(response)}", COMPRESSED)
    if response.headers.get("Content-Length") != str(len(blob.content)):
        raise CheckFailed(f"{returned} {_length(response)}", COMPRESSED)


def _length(response: RegistryResponse) -> str:
    length = response.headers.get("Content-Length")
    return "no Content-Length" if length is None else f"Content-Length: {length}"


def _request(method: str, blob: LocalBlob) -> str:
    kind = "manifest" if isinstance(blob, LocalManifest) else "blob"
    return f"{method} of a {kind} of {len(blob.content)} bytes"


CHECKS: tuple[Check, ...] = (download, download_slow, download_lengths)

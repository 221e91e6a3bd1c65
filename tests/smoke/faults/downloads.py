"""Faults of downloads."""

from __future__ import annotations

import gzip
from dataclasses import replace
from functools import partial

from registry_gitops.registry.messages import Request, Response
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.faults.real_nginx import behind_nginx, nginx_fault
from tests.smoke.mutants.blobs import without_ranges
from tests.smoke.mutants.breaking import BLOB, MANIFEST, Core, Edit, answered, body, header, instead, whole, without

KIND = "bytes"
MIB = 1024 * 1024
BLOCK = 64 * 1024
MAGIC = b"\x1f\x8b"

CUT_OFF = "proxy-buffering"
COMPRESSED = "gzip off"
PROXY = "`ingress.annotations`"

_fault = partial(fault, kind=KIND)
_nginx = partial(nginx_fault, kind=KIND)


def _repeated_block(content: bytes) -> bytes:
    """A block of a large body is sent again instead of the next one."""
    return content[: MIB + BLOCK] + content[MIB : MIB + BLOCK] + content[MIB + 2 * BLOCK :]


def _changed_byte(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :] if len(content) > MIB else content


def _decompressed(response: Response) -> Response:
    content = whole(response)
    return replace(response, body=[gzip.decompress(content)]) if content.startswith(MAGIC) else response


def _marked_as_compressed(response: Response) -> Response:
    """What Apache's mod_mime_magic does with layers."""
    return header("Content-Encoding", "x-gzip")(response) if whole(response).startswith(MAGIC) else response


def _compressed(right: Core, request: Request) -> Response:
    """Responses to GET, but not to HEAD, are compressed for those who accept it."""
    response = right(request)
    if "gzip" not in request.headers.get("accept-encoding", "") or response.status != 200:
        return response
    return header("Content-Encoding", "gzip")(body(gzip.compress)(response))


def _without_range(right: Core, request: Request) -> Response:
    """The request loses its Range, and the response still says that ranges are supported."""
    return header("Accept-Ranges", "bytes")(without_ranges(right, request))


def _near_ranges(right: Core, request: Request) -> Response:
    """What a cache does that has only the beginning of a large blob."""
    start = request.headers.get("range", "").removeprefix("bytes=").partition("-")[0]
    return without_ranges(right, request) if start.isdecimal() and int(start) > MIB else right(request)


def _status_ok(response: Response) -> Response:
    return replace(response, status=200)


def _from_the_start(right: Core, request: Request) -> Response:
    """A range has its length, but comes from the start of the blob, as from a cache that keeps the first bytes."""
    response = right(request)
    if response.status != 206:
        return response
    first = whole(without_ranges(right, request))[: len(whole(response))]
    return replace(response, body=[first])


def _length(length: int) -> Edit:
    return lambda response: replace(response, length=length)


FAULTS: tuple[Fault, ...] = (
    _nginx(
        "nginx that cannot write its temporary files",
        "docker-archive/docker-registry#76",
        behind_nginx(without="proxy_buffering", unwritable="proxy"),
        "download-slow",
        remedy=CUT_OFF,
    ),
    _nginx(
        "nginx that compresses everything",
        "quay/quay#1310",
        behind_nginx("gzip on;", "gzip_types *;", "gzip_proxied any;"),
        *("download", "download-lengths"),
        remedy=COMPRESSED,
    ),
    _nginx(
        "nginx that replaces text in responses",
        "oras-project/oras-go#370",
        behind_nginx("sub_filter_types *;", "sub_filter http://nowhere https://nowhere;"),
        *("blob-head", "manifest-head", "download", "download-lengths"),
        remedy=PROXY,
    ),
    _fault(
        "a proxy that compresses manifests for GET, but not for HEAD",
        "oras-project/oras-go#1176",
        instead("GET", MANIFEST, _compressed),
        "download-lengths",
        remedy=COMPRESSED,
    ),
    _fault(
        "layers are marked as compressed",
        "moby/moby#17595",
        answered("GET", BLOB, _marked_as_compressed, status=200),
        *("download", "download-slow"),
        remedy=COMPRESSED,
    ),
    _fault(
        "layers are decompressed on the way",
        "containerd/containerd#2306",
        answered("GET", BLOB, _decompressed, status=200),
        *("download", "download-slow"),
        remedy=COMPRESSED,
    ),
    _fault(
        "layers end after 1 MB",
        "podman-container-tools/podman#14481",
        answered("GET", BLOB, body(lambda content: content[:MIB]), status=200),
        *("download", "download-slow"),
        remedy=CUT_OFF,
    ),
    _fault(
        "a block of a layer is sent twice",
        "goharbor/harbor#22555",
        answered("GET", BLOB, body(_repeated_block), status=200),
        *("download", "download-slow"),
        remedy=CUT_OFF,
    ),
    _fault(
        "a bit of a layer is changed",
        "distribution/distribution#2952",
        answered("GET", BLOB, body(_changed_byte), status=200),
        *("download", "download-slow"),
        remedy=CUT_OFF,
    ),
    _fault(
        "HEAD of a manifest says that it is empty",
        "yusing/godoxy#169",
        answered("HEAD", MANIFEST, _length(0), status=200),
        *("manifest-head", "download-lengths"),
        remedy=PROXY,
    ),
    _fault(
        "Range is lost on the way",
        "podman-container-tools/container-libs#1114",
        instead("GET", BLOB, _without_range),
        "blob-range",
        remedy=PROXY,
    ),
    _fault(
        "ranges of the first megabyte only",
        "distribution/distribution#4667",
        instead("GET", BLOB, _near_ranges),
        "blob-range",
        remedy=PROXY,
    ),
    _fault(
        "a range is called the whole blob",
        "dragonflyoss/client#1874",
        answered("GET", BLOB, _status_ok, status=206),
        "blob-range",
        remedy=PROXY,
    ),
    _fault(
        "a range is that from the start of the blob",
        "docker/model-runner#873",
        instead("GET", BLOB, _from_the_start),
        "blob-range",
        remedy=PROXY,
    ),
    _fault(
        "a range has no Content-Range",
        "containerd/containerd#12291",
        answered("GET", BLOB, without("Content-Range"), status=206),
        "blob-range",
        remedy=PROXY,
    ),
)

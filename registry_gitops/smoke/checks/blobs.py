"""Checks of pulls of blobs."""

from __future__ import annotations

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.client import NoResponseError, RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_digest, expect_header, expect_status, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import LocalBlob
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import PROXY, PROXY_ERRORS
from registry_gitops.smoke.remedy import Remedy
from registry_gitops.smoke.repository import READS, expect_same_bytes

STORAGE = Remedy(
    "The registry's log has the reason (kubectl logs). With object storage, clients must reach it, or set "
    "`configuration.storage.redirect.disable` to true.",
    sets={"configuration.storage.redirect.disable": True},
    otherwise="The registry's log has the reason (kubectl logs).",
)


@check("blob-get", spec="distribution-spec, end-2: GET", remedy=STORAGE)
def blob_get(context: Context) -> None:
    """A blob is returned byte for byte.

    Every pull consists of such requests.
    """
    blob = context.pushed_blob()
    response = expect_status(context.repository.request_blob(blob.digest), 200)
    expect_same_bytes(response, blob)
    expect_digest(response, blob.digest)


@check("blob-head", spec="distribution-spec, end-2: HEAD", remedy=PROXY)
def blob_head(context: Context) -> None:
    """HEAD returns the size of a blob.

    Clients send it before they push a layer, to find out whether it exists.
    """
    blob = context.pushed_blob()
    response = expect_status(context.repository.request_blob(blob.digest, method="HEAD"), 200)
    expect_header(response, "Content-Length", str(len(blob.content)))
    expect_digest(response, blob.digest)


@check("blob-missing", level=Level.READ, spec="distribution-spec, end-2: 404", remedy=PROXY_ERRORS)
def blob_missing(context: Context) -> None:
    """A missing blob gets a 404.

    With another status code, clients do not push it.
    """
    digest = context.make_blob().digest
    for method in READS:
        expect_status(context.repository.request_blob(digest, method=method), 404)


@check("blob-range", requirement=RECOMMENDED, spec="distribution-spec, end-2; RFC 9110, Range Requests", remedy=PROXY)
def blob_range(context: Context) -> None:
    """A range of a blob can be read.

    Clients resume interrupted downloads this way, and lazy pulls read single files.
    """
    blob = _blob_to_resume(context)
    size = len(blob.content)
    middle = size * 3 // 4
    cases = {
        "0-0": (0, 1),
        f"{middle}-": (middle, size),
        f"{middle}-{middle + 99}": (middle, middle + 100),
        "-100": (size - 100, size),
    }
    for requested, (start, end) in cases.items():
        response = context.repository.request_blob(blob.digest, headers={"Range": f"bytes={requested}"})
        _expect_range_support(response, requested, is_supported=requested != "0-0")
        if response.body != blob.content[start:end]:
            raise CheckFailed(f"a GET with Range: bytes={requested} returned other bytes than requested")
        expect_header(response, "Content-Range", f"bytes {start}-{end - 1}/{size}")
    _expect_several_ranges(context, blob)


def _blob_to_resume(context: Context) -> LocalBlob:
    try:
        return context.pushed_layer()
    except CheckFailed:
        # upload-2-mb reports it.
        return context.pushed_blob()


def _expect_range_support(response: RegistryResponse, requested: str, *, is_supported: bool) -> None:
    """Return if the response is partial. Raises NotSupported, or CheckFailed if ranges are supported otherwise."""
    announced = response.headers.get("Accept-Ranges", "").strip().lower() == "bytes"
    if response.status == 200 and (announced or is_supported):
        reason = "with Accept-Ranges: bytes" if announced else "but other ranges are returned"
        raise CheckFailed(
            f"a GET with Range: bytes={requested} returned 200 and all bytes, {reason}: something in between drops the "
            "header Range"
        )
    if response.status in (200, 416):
        raise NotSupported(f"a GET with Range: bytes={requested} returned {response.status}")
    expect_status(response, 206)


def _expect_several_ranges(context: Context, blob: LocalBlob) -> None:
    """Return if a request of two ranges gets both, one, or all bytes. Raises CheckFailed."""
    requested = "bytes=10-19,500-519"
    response = context.repository.request_blob(blob.digest, headers={"Range": requested})
    if response.status == 416:
        return
    if expect_status(response, 200, 206).status == 200:
        is_right = response.body == blob.content
    elif "Content-Range" in response.headers:
        start, _, end = response.headers["Content-Range"].removeprefix("bytes ").partition("/")[0].partition("-")
        is_right = start.isdecimal() and end.isdecimal() and response.body == blob.content[int(start) : int(end) + 1]
    else:
        is_right = all(blob.content[start:end] in response.body for start, end in ((10, 20), (500, 520)))
    if not is_right:
        raise CheckFailed(f"a GET with Range: {requested} returned {response.status} and other bytes than requested")


@check("blob-range-outside", requirement=RECOMMENDED, spec="RFC 9110, 416 Range Not Satisfiable", remedy=PROXY)
def blob_range_outside(context: Context) -> None:
    """A range outside of a blob is refused.

    A client whose download is complete, or of another blob, learns that this way.
    """
    blob = context.pushed_blob()
    size = len(blob.content)
    try:
        response = context.repository.request_blob(blob.digest, headers={"Range": f"bytes={size}-{size + 99}"})
    except NoResponseError as problem:
        raise NotSupported(f"a Range outside of a blob gets no response: {problem.reason}") from None
    if response.status == 200:
        raise NotSupported("Range is ignored")
    expect_status(response, 416)


@check("blob-conditional", requirement=RECOMMENDED, spec="RFC 9110, If-None-Match", remedy=PROXY)
def blob_conditional(context: Context) -> None:
    """A blob that a cache has is not sent again.

    Caches send If-None-Match, and expect a 304.
    """
    digest = context.pushed_blob().digest
    etag = expect_status(context.repository.request_blob(digest, method="HEAD"), 200).headers.get("ETag")
    if not etag:
        raise NotSupported("blobs have no ETag")
    response = context.repository.request_blob(digest, headers={"If-None-Match": etag})
    if response.status == 200:
        raise NotSupported("If-None-Match is ignored")
    if response.status != 304 or response.body:
        raise status_failure(response, 304)


CHECKS = (
    blob_get,
    blob_head,
    blob_missing,
    blob_range,
    blob_range_outside,
    blob_conditional,
)

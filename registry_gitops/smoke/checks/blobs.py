"""Checks of pulls of blobs."""

from __future__ import annotations

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.client import NoResponseError
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_digest, expect_header, expect_status, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import PROXY, PROXY_ERRORS
from registry_gitops.smoke.repository import expect_same_bytes

STORAGE = (
    "The registry's log has the reason (kubectl logs). With object storage, clients must reach it, or set "
    "`configuration.storage.redirect.disable` to true."
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
    for method in ("HEAD", "GET"):
        expect_status(context.repository.request_blob(digest, method=method), 404)


@check("blob-range", requirement=RECOMMENDED, spec="distribution-spec, end-2; RFC 9110, Range Requests", remedy=PROXY)
def blob_range(context: Context) -> None:
    """A range of a blob can be read.

    Clients resume interrupted downloads this way, and lazy pulls read single files.
    """
    blob = context.pushed_blob()
    size = len(blob.content)
    cases = {"500-1499": (500, 1500), f"{size - 100}-": (size - 100, size), "-100": (size - 100, size)}
    for requested, (start, end) in cases.items():
        response = context.repository.request_blob(blob.digest, headers={"Range": f"bytes={requested}"})
        if response.status in (200, 416):
            raise NotSupported(f"a GET with Range: bytes={requested} returned {response.status}")
        expect_status(response, 206)
        if response.body != blob.content[start:end]:
            raise CheckFailed(f"a GET with Range: bytes={requested} returned other bytes than requested")
        expect_header(response, "Content-Range", f"bytes {start}-{end - 1}/{size}")


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

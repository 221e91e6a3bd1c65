"""Blobs on their way out."""

from __future__ import annotations

from registry_gitops.smoke.check import MUST, SHOULD, CheckFailed, Level, Need, NotSupported, check
from registry_gitops.smoke.client import NoAnswer
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect, unexpected
from registry_gitops.smoke.remedies import PROXY, PROXY_ERRORS
from registry_gitops.smoke.repository import same

STORAGE = (
    "The registry's log says why (kubectl logs). With object storage, clients must reach it, or set "
    "`configuration.storage.redirect.disable`."
)


@check(
    "blob-get",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-2: GET",
    remedy=STORAGE,
    needs={Need.PUSH},
)
def blob_get(context: Context) -> None:
    """A blob comes back byte for byte.

    This is what a pull is made of.
    """
    blob = context.pushed_blob()
    answer = expect(context.repository.blob(blob.digest), 200)
    same(answer, blob)
    _check_digest(answer.headers.get("Docker-Content-Digest"), blob.digest)


@check(
    "blob-head",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-2: HEAD",
    remedy=PROXY,
    needs={Need.PUSH},
)
def blob_head(context: Context) -> None:
    """HEAD says that a blob is there, and how long it is.

    Clients ask so before they push a layer.
    """
    blob = context.pushed_blob()
    answer = expect(context.repository.blob(blob.digest, method="HEAD"), 200)
    said = answer.headers.get("Content-Length")
    if said != str(len(blob.content)):
        raise CheckFailed(f"HEAD says that the blob is {said} bytes long, not {len(blob.content)}")
    _check_digest(answer.headers.get("Docker-Content-Digest"), blob.digest)


@check(
    "blob-missing",
    Level.READ,
    MUST,
    spec="distribution-spec, end-2: 404",
    remedy=PROXY_ERRORS,
)
def blob_missing(context: Context) -> None:
    """A blob that is not there is answered with 404.

    Clients that are told anything else do not push it.
    """
    digest = context.blob().digest
    for method in ("HEAD", "GET"):
        expect(context.repository.blob(digest, method=method), 404)


@check(
    "blob-range",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-2; RFC 9110, Range Requests",
    remedy=PROXY,
    needs={Need.PUSH},
)
def blob_range(context: Context) -> None:
    """A part of a blob can be read.

    So go on downloads that broke off, and so lazy pulls read single files.
    """
    blob = context.pushed_blob()
    size = len(blob.content)
    cases = {"500-1499": (500, 1500), f"{size - 100}-": (size - 100, size), "-100": (size - 100, size)}
    for asked, (start, end) in cases.items():
        answer = context.repository.blob(blob.digest, headers={"Range": f"bytes={asked}"})
        if answer.status in (200, 416):
            raise NotSupported(f"a GET with Range: bytes={asked} is answered with {answer.status}")
        expect(answer, 206)
        if answer.body != blob.content[start:end]:
            raise CheckFailed(f"Range: bytes={asked} gives other bytes than those that were asked for")
        said = answer.headers.get("Content-Range")
        if said != f"bytes {start}-{end - 1}/{size}":
            raise CheckFailed(f"Range: bytes={asked} is answered with Content-Range: {said}")


@check(
    "blob-range-outside",
    Level.SMOKE,
    SHOULD,
    spec="RFC 9110, 416 Range Not Satisfiable",
    remedy=PROXY,
    needs={Need.PUSH},
)
def blob_range_outside(context: Context) -> None:
    """A part that a blob does not have is refused.

    A client whose download is complete, or is of something else, learns it so.
    """
    blob = context.pushed_blob()
    size = len(blob.content)
    try:
        answer = context.repository.blob(blob.digest, headers={"Range": f"bytes={size}-{size + 99}"})
    except NoAnswer as silent:
        raise NotSupported(f"there is no answer to a Range outside of a blob: {silent.reason}") from None
    if answer.status == 200:
        raise NotSupported("Range is ignored")
    expect(answer, 416)


@check(
    "blob-conditional",
    Level.SMOKE,
    SHOULD,
    spec="RFC 9110, If-None-Match",
    remedy=PROXY,
    needs={Need.PUSH},
)
def blob_conditional(context: Context) -> None:
    """A blob that a cache already has is not sent again.

    Caches ask with If-None-Match, and are answered with 304.
    """
    digest = context.pushed_blob().digest
    tag = expect(context.repository.blob(digest, method="HEAD"), 200).headers.get("ETag")
    if not tag:
        raise NotSupported("blobs have no ETag")
    answer = context.repository.blob(digest, headers={"If-None-Match": tag})
    if answer.status == 200:
        raise NotSupported("If-None-Match is ignored")
    if answer.status != 304 or answer.body:
        raise unexpected(answer, 304)


def _check_digest(said: str | None, digest: str) -> None:
    if said is not None and said != digest:
        raise CheckFailed(f"the header Docker-Content-Digest says {said}, not {digest}")

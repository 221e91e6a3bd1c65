"""Blobs on their way in: every way to upload that the specification has, and what must be refused."""

from __future__ import annotations

from registry_gitops.smoke.check import MUST, SHOULD, CheckFailed, Level, Need, NotSupported, check
from registry_gitops.smoke.client import Answer
from registry_gitops.smoke.content import Blob, digest_of
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect, unexpected
from registry_gitops.smoke.remedies import BROKEN_STORAGE, OTHER_REGISTRY, PROXY_REQUESTS
from registry_gitops.smoke.repository import OCTETS, Upload


@check(
    "upload-monolithic",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-4a and end-6: POST then PUT",
    remedy=BROKEN_STORAGE,
    needs={Need.PUSH},
)
def upload_monolithic(context: Context) -> None:
    """A blob can be pushed by POST and PUT.

    So push containerd, nerdctl, podman and most others.
    """
    blob = context.blob()
    _pushed(context, blob, context.repository.push_blob(blob))


@check(
    "upload-single-post",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-4b: POST with a digest",
    remedy=OTHER_REGISTRY,
    needs={Need.PUSH},
)
def upload_single_post(context: Context) -> None:
    """A blob can be pushed by a single POST.

    It saves small pushes half of their requests.
    """
    blob = context.blob()
    context.repository.ledger.blob(context.repository.name, blob.digest)
    answer = context.repository.ask("POST", f"blobs/uploads/?digest={blob.digest}", blob.content, OCTETS)
    if answer.status == 202:
        # Allowed: the client is to go on as if it had not sent anything.
        Upload.of(context.repository, answer).finish(blob, blob.content)
        raise NotSupported("the registry begins an ordinary upload (202) in place of taking the blob at once")
    if answer.status in (404, 405):
        raise NotSupported(f"a POST with a digest is answered with {answer.status}")
    _pushed(context, blob, expect(answer, 201))


@check(
    "upload-chunked",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-5: PATCH with Content-Range",
    remedy=PROXY_REQUESTS,
    needs={Need.PUSH},
)
def upload_chunked(context: Context) -> None:
    """A blob can be pushed in chunks, and each answer says how much is there.

    Clients do so where a proxy limits the size of a request.
    """
    blob = context.blob(size=3072)
    upload = context.repository.begin()
    for start in range(0, len(blob.content), 1024):
        answer = expect(upload.send(blob.content[start : start + 1024], start=start), 202)
        _check_range(answer, start + 1024)
    _pushed(context, blob, upload.finish(blob))


@check(
    "upload-streamed",
    Level.SMOKE,
    MUST,
    spec="Docker Registry HTTP API V2, Pushing a Layer; RFC 9112, Chunked Transfer Coding",
    remedy=PROXY_REQUESTS,
    needs={Need.PUSH},
)
def upload_streamed(context: Context) -> None:
    """A blob of unknown length can be pushed by one PATCH.

    So pushes Docker: it compresses while it sends, and knows the length only at the end.
    """
    blob = context.blob(size=3072)
    upload = context.repository.begin()
    expect(upload.send(blob.content[start : start + 1024] for start in (0, 1024, 2048)), 202)
    _pushed(context, blob, upload.finish(blob))


@check(
    "upload-resumed",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-13: GET of an upload",
    remedy=PROXY_REQUESTS,
    needs={Need.PUSH},
)
def upload_resumed(context: Context) -> None:
    """An upload that broke off can be asked for its state, and goes on from there.

    Without that, a lost connection costs the whole layer.
    """
    blob = context.blob(size=2048)
    upload = context.repository.begin()
    expect(upload.send(blob.content[:1024], start=0), 202)
    with context.client.again() as fresh:
        resumed = upload.by(fresh)
        answer = resumed.status()
        if answer.status in (400, 404, 405):
            # Whether the upload itself is gone is what the next request shows.
            expect(upload.send(blob.content[1024:], start=1024), 202)
            upload.finish(blob)
            raise NotSupported(f"the state of an upload cannot be asked for: {answer.status}")
        _check_range(expect(answer, 204), 1024)
        expect(resumed.send(blob.content[1024:], start=1024), 202)
        _pushed(context, blob, resumed.finish(blob))


@check(
    "upload-out-of-order",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-5: a chunk out of order is answered with 416",
    remedy=OTHER_REGISTRY,
    needs={Need.PUSH},
)
def upload_out_of_order(context: Context) -> None:
    """A chunk that comes out of order is refused, and the upload can go on.

    A client that lost count is told so, before it has sent everything.
    """
    blob = context.blob(size=2048)
    upload = context.repository.begin()
    expect(upload.send(blob.content[:1024], start=0), 202)
    answer = upload.send(blob.content[1024:], start=1536)
    if answer.status == 202:
        upload.cancel()
        raise NotSupported("the registry does not look at Content-Range; only the digest at the end would tell")
    expect(answer, 416, 400)
    if answer.status == 416:
        expect(upload.send(blob.content[1024:], start=1024), 202)
        _pushed(context, blob, upload.finish(blob))
    else:
        upload.cancel()


@check(
    "upload-cancelled",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-14: DELETE of an upload",
    remedy="`configuration.storage.maintenance.uploadpurging.enabled` removes uploads that were given up in the end.",
    needs={Need.PUSH},
)
def upload_cancelled(context: Context) -> None:
    """An upload can be given up.

    Else what it has sent lies on the volume until the registry purges it.
    """
    upload = context.repository.begin()
    expect(upload.send(context.blob().content), 202)
    answer = upload.cancel()
    if answer.status in (400, 404, 405):
        raise NotSupported(f"an upload cannot be given up: {answer.status}")
    expect(answer, 204)
    if upload.status().status == 204:
        raise CheckFailed("an upload that was given up goes on")


@check(
    "upload-wrong-digest",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-6: a digest that does not fit SHOULD be answered with 400",
    remedy=OTHER_REGISTRY,
    needs={Need.PUSH},
)
def upload_wrong_digest(context: Context) -> None:
    """Bytes that do not fit their digest are refused.

    Else what is damaged on the way is served as if it were right.
    """
    right, wrong = context.blob("right"), context.blob("wrong")
    upload = context.repository.begin()
    answer = upload.put(right.digest, wrong.content)
    if answer.status < 300:
        raise CheckFailed(f"bytes were taken that do not fit their digest ({answer.status})")
    if not 400 <= answer.status < 500:
        raise unexpected(answer, 400)
    if context.repository.blob(right.digest, method="HEAD").status == 200:
        raise CheckFailed("the upload was refused, but the blob is there all the same")
    if upload.status().status == 204:
        upload.cancel()


@check(
    "upload-location",
    Level.SMOKE,
    MUST,
    spec="pitfall: no X-Forwarded-Proto; distribution-spec, Pushing Blobs: Location",
    remedy="Set `http.relativeUrls` to true, or let the proxy in front send the right X-Forwarded-Proto and Host "
    "(`configuration.http.host` says them by hand).",
    needs={Need.PUSH},
)
def upload_location(context: Context) -> None:
    """Every Location stays at the address that the client uses.

    Behind a proxy that does not tell its own address, pushes go on at http, or at a name inside the cluster.
    """
    blob, image = context.blob(), context.image()
    begun = expect(context.repository.ask("POST", "blobs/uploads/"), 202)
    upload = Upload.of(context.repository, begun)
    patched = expect(upload.send(blob.content), 202)
    finished = upload.finish(blob)
    answers = (begun, patched, finished, context.repository.push(image, context.tag("a")))
    for answer in answers:
        _check_location(context, answer)
    if not all(answer.location for answer in answers):
        raise NotSupported("what was pushed is answered without a Location; clients know where it is")


def _pushed(context: Context, blob: Blob, answer: Answer) -> None:
    """Raises CheckFailed unless a blob was taken as it should: under the right digest, with the same bytes."""
    said = answer.headers.get("Docker-Content-Digest", blob.digest)
    if said != blob.digest:
        raise CheckFailed(f"{answer.method} answers with the digest {said}, not {blob.digest}")
    found = expect(context.repository.blob(blob.digest), 200)
    if digest_of(found.body) != blob.digest:
        raise CheckFailed("the blob that is there now is not the one that was pushed")


def _check_range(answer: Answer, size: int) -> None:
    said = answer.headers.get("Range", "")
    if said.removeprefix("bytes=") != f"0-{size - 1}":
        raise CheckFailed(f'{answer.method} of an upload answers "Range: {said}", not 0-{size - 1}')


def _check_location(context: Context, answer: Answer) -> None:
    elsewhere = context.client.leads_away(answer, answer.location)
    if elsewhere:
        raise CheckFailed(f"{answer.method} leads to {elsewhere}, but the registry is at {context.client.url}")

"""Checks of uploads: every kind in the specification, and what must be refused."""

from __future__ import annotations

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_digest, expect_own_origin, expect_status, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import LocalBlob
from registry_gitops.smoke.remedies import ANOTHER, BROKEN_STORAGE, OTHER_REGISTRY, PROXY_REQUESTS
from registry_gitops.smoke.remedy import Remedy
from registry_gitops.smoke.repository import OCTETS, Upload, expect_same_bytes


@check("upload-monolithic", spec="distribution-spec, end-4a and end-6: POST then PUT", remedy=BROKEN_STORAGE)
def upload_monolithic(context: Context) -> None:
    """A blob can be pushed by POST and PUT.

    containerd, nerdctl, Podman, and most other clients push this way.
    """
    blob = context.make_blob()
    _expect_pushed(context, blob, context.repository.push_blob(blob))


@check(
    "upload-single-post",
    requirement=RECOMMENDED,
    spec="distribution-spec, end-4b: POST with a digest",
    remedy=OTHER_REGISTRY,
)
def upload_single_post(context: Context) -> None:
    """A blob can be pushed by a single POST.

    It halves the number of requests of a small push.
    """
    blob = context.make_blob()
    context.repository.push_record.add_blob(context.repository.name, blob.digest, len(blob.content))
    response = context.repository.request("POST", f"blobs/uploads/?digest={blob.digest}", blob.content, OCTETS)
    if response.status == 202:
        # The specification allows it: the client must continue as if it had sent no body.
        Upload.from_response(context.repository, response).finish(blob, blob.content)
        raise NotSupported("the registry starts an upload (202) instead of accepting the blob at once")
    if response.status in (404, 405):
        raise NotSupported(f"POST with a digest returned {response.status}")
    _expect_pushed(context, blob, expect_status(response, 201))


@check("upload-chunked", spec="distribution-spec, end-5: PATCH with Content-Range", remedy=PROXY_REQUESTS)
def upload_chunked(context: Context) -> None:
    """A blob can be pushed in chunks, and each response has the offset.

    Clients push in chunks if a proxy limits the size of a request.
    """
    blob = context.make_blob(size=3072)
    upload = context.repository.start_upload()
    for start in range(0, len(blob.content), 1024):
        response = expect_status(upload.send(blob.content[start : start + 1024], start=start), 202)
        _expect_range(response, start + 1024)
    _expect_pushed(context, blob, upload.finish(blob))


@check(
    "upload-streamed",
    spec="Docker Registry HTTP API V2, Pushing a Layer; RFC 9112, Chunked Transfer Coding",
    remedy=PROXY_REQUESTS,
)
def upload_streamed(context: Context) -> None:
    """A blob of unknown length can be pushed by one PATCH.

    Docker pushes this way: it compresses while it sends, and knows the length only at the end.
    """
    blob = context.make_blob(size=3072)
    upload = context.repository.start_upload()
    expect_status(upload.send(blob.content[start : start + 1024] for start in (0, 1024, 2048)), 202)
    _expect_pushed(context, blob, upload.finish(blob))


@check(
    "upload-resumed", requirement=RECOMMENDED, spec="distribution-spec, end-13: GET of an upload", remedy=PROXY_REQUESTS
)
def upload_resumed(context: Context) -> None:
    """An interrupted upload can be resumed at its offset.

    Otherwise, a lost connection costs the whole layer.
    """
    blob = context.make_blob(size=2048)
    upload = context.repository.start_upload()
    expect_status(upload.send(blob.content[:1024], start=0), 202)
    with context.client.with_new_connections() as fresh:
        resumed = upload.with_client(fresh)
        response = resumed.request_status()
        if response.status in (400, 404, 405):
            # The next request shows whether the upload still exists.
            expect_status(upload.send(blob.content[1024:], start=1024), 202)
            upload.finish(blob)
            raise NotSupported(f"GET of an upload returned {response.status}")
        _expect_range(expect_status(response, 204), 1024)
        expect_status(resumed.send(blob.content[1024:], start=1024), 202)
        _expect_pushed(context, blob, resumed.finish(blob))


@check(
    "upload-out-of-order",
    requirement=RECOMMENDED,
    spec="distribution-spec, end-5: 416 for a chunk out of order",
    remedy=OTHER_REGISTRY,
)
def upload_out_of_order(context: Context) -> None:
    """A chunk at the wrong offset is refused, and the upload can continue.

    A client that lost count learns that before it has sent everything.
    """
    blob = context.make_blob(size=2048)
    upload = context.repository.start_upload()
    expect_status(upload.send(blob.content[:1024], start=0), 202)
    response = upload.send(blob.content[1024:], start=1536)
    if response.status == 202:
        upload.cancel()
        raise NotSupported("the registry ignores Content-Range; only the digest at the end shows a wrong chunk")
    expect_status(response, 416, 400)
    if response.status == 416:
        expect_status(upload.send(blob.content[1024:], start=1024), 202)
        _expect_pushed(context, blob, upload.finish(blob))
    else:
        upload.cancel()


@check(
    "upload-cancelled",
    requirement=RECOMMENDED,
    spec="distribution-spec, end-14: DELETE of an upload",
    remedy=Remedy(
        "Set `configuration.storage.maintenance.uploadpurging.enabled` to true: it deletes abandoned uploads after a "
        "while.",
        sets={"configuration.storage.maintenance.uploadpurging.enabled": True},
        otherwise="Abandoned uploads are deleted after `configuration.storage.maintenance.uploadpurging.age`. A proxy "
        "in front can refuse DELETE: see `ingress.annotations`.",
    ),
)
def upload_cancelled(context: Context) -> None:
    """An upload can be canceled.

    Otherwise, its data stays on the volume until the registry purges it.
    """
    upload = context.repository.start_upload()
    expect_status(upload.send(context.make_blob().content), 202)
    response = upload.cancel()
    if response.status in (400, 404, 405):
        raise NotSupported(f"DELETE of an upload returned {response.status}")
    expect_status(response, 204)
    if upload.request_status().status == 204:
        raise CheckFailed("a canceled upload still exists")


@check(
    "upload-wrong-digest", spec="distribution-spec, end-6: 400 for a digest that does not match", remedy=OTHER_REGISTRY
)
def upload_wrong_digest(context: Context) -> None:
    """Bytes that do not match their digest are refused.

    Otherwise, the registry stores and serves corrupt layers.
    """
    right, wrong = context.make_blob("right"), context.make_blob("wrong")
    upload = context.repository.start_upload()
    response = upload.put(right.digest, wrong.content)
    if response.status < 300:
        raise CheckFailed(f"bytes that do not match their digest were accepted ({response.status})")
    if not 400 <= response.status < 500:
        raise status_failure(response, 400)
    if context.repository.request_blob(right.digest, method="HEAD").status == 200:
        raise CheckFailed("the upload was refused, but the blob is stored")
    if upload.request_status().status == 204:
        upload.cancel()


@check(
    "upload-location",
    spec="pitfall: no X-Forwarded-Proto; distribution-spec, Pushing Blobs: Location",
    remedy=Remedy(
        "Set `http.relativeUrls` to true, or let the proxy in front send the right X-Forwarded-Proto and Host "
        "(`configuration.http.host` replaces them).",
        sets={"http.relativeUrls": True},
        otherwise="A proxy in front makes the path of a Location absolute (nginx: proxy_redirect), or "
        f"`configuration.http.host`, which overrides it, is not the URL that clients use. If neither is so: {ANOTHER}",
    ),
)
def upload_location(context: Context) -> None:
    """Every Location has the address that the client uses.

    If a proxy does not forward its address, pushes continue at http, or at a name inside the cluster.
    """
    blob, image = context.make_blob(), context.make_image()
    started = expect_status(context.repository.request("POST", "blobs/uploads/"), 202)
    upload = Upload.from_response(context.repository, started)
    patched = expect_status(upload.send(blob.content), 202)
    finished = upload.finish(blob)
    responses = (started, patched, finished, context.repository.push(image, context.make_tag("a")))
    for response in responses:
        expect_own_origin(context.client, response, response.location, promised=context.expectations.host)
    if not all(response.location for response in responses):
        raise NotSupported("the response to a push has no Location; clients do not need it")


def _expect_pushed(context: Context, blob: LocalBlob, response: RegistryResponse) -> None:
    """Return if the blob was stored under its digest, with the same bytes. Raises CheckFailed."""
    expect_digest(response, blob.digest)
    expect_same_bytes(expect_status(context.repository.request_blob(blob.digest), 200), blob)


def _expect_range(response: RegistryResponse, size: int) -> None:
    value = response.headers.get("Range", "")
    if value.removeprefix("bytes=") != f"0-{size - 1}":
        raise CheckFailed(f'{response.method} of an upload returned "Range: {value}", expected 0-{size - 1}')


CHECKS = (
    upload_monolithic,
    upload_single_post,
    upload_chunked,
    upload_streamed,
    upload_resumed,
    upload_out_of_order,
    upload_cancelled,
    upload_wrong_digest,
    upload_location,
)

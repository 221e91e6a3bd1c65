"""Checks of uploads: every kind in the specification, and what must be refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import (
    expect_digest,
    expect_header,
    expect_own_origin,
    expect_status,
    request_line,
    status_failure,
)
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import ACCEPT_ALL, IMAGE, LocalBlob
from registry_gitops.smoke.remedies import (
    BROKEN_STORAGE,
    HEADERS,
    OR_ANOTHER,
    OTHER_REGISTRY,
    PROXY_ERRORS,
    PROXY_REQUESTS,
)
from registry_gitops.smoke.remedy import Remedy
from registry_gitops.smoke.repository import OCTETS, Upload, expect_same_bytes

_REGISTRY_3: Final = re.compile(r"/uploads/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]+\?_state=")
"""The URL of an upload of registry 3: it has a UUID of version 7, and that of registry 2 one of version 4."""


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
    wrong = context.make_blob("wrong")
    query = f"?digest={wrong.digest}"
    response = context.repository.request("POST", f"blobs/uploads/{query}", wrong.content[:-1], OCTETS)
    if response.status == 202:
        Upload.from_response(context.repository, response).cancel()
    else:
        _expect_refused(response, "bytes that do not match")


@check("upload-chunked", spec="distribution-spec, end-5: PATCH with Content-Range", remedy=PROXY_REQUESTS)
def upload_chunked(context: Context) -> None:
    """A blob can be pushed in chunks, and each response has the offset.

    Clients push in chunks if a proxy limits the size of a request.
    """
    upload = context.repository.start_upload()
    size = upload.chunk_size
    blob = context.make_blob(size=2 * size)
    for start in (0, size):
        response = expect_status(upload.send(blob.content[start : start + size], start=start), 202)
        _expect_range(response, start + size)
    _expect_pushed(context, blob, upload.finish(blob))


@check(
    "upload-streamed",
    spec="Docker Registry HTTP API V2, Pushing a Layer; RFC 9112, Chunked Transfer Coding",
    remedy=PROXY_REQUESTS,
)
def upload_streamed(context: Context) -> None:
    """A blob of unknown length can be pushed by one PATCH.

    Docker pushes this way: it compresses while it sends, and knows the length only at the end. It fails without the
    offset in the response.
    """
    upload = context.repository.start_upload()
    blob = context.make_blob(size=3 * upload.chunk_size)
    response = expect_status(upload.send(_parts(blob)), 202)
    _expect_range(response, len(blob.content))
    _expect_pushed(context, blob, upload.finish(blob))


@check(
    "upload-put-streamed",
    requirement=RECOMMENDED,
    spec="distribution-spec, end-6: PUT; RFC 9112, Chunked Transfer Coding",
    remedy=PROXY_REQUESTS,
)
def upload_put_streamed(context: Context) -> None:
    """A blob of unknown length can be pushed by POST and PUT.

    Clients that compress while they send do not know the length.
    """
    blob = context.make_blob(size=3072)
    response = context.repository.start_upload().put(blob.digest, _parts(blob))
    if response.status == 411:
        raise NotSupported("PUT without Content-Length returned 411")
    expect_status(response, 201)


@check(
    "upload-last-chunk",
    requirement=RECOMMENDED,
    spec="distribution-spec, end-6: PUT with the final chunk",
    remedy=PROXY_REQUESTS,
)
def upload_last_chunk(context: Context) -> None:
    """A chunk without Content-Range is accepted, and the last chunk can be in the PUT that ends the upload.

    Podman, Skopeo, and Jib send no Content-Range. Clients that push in chunks save a request.
    """
    upload = context.repository.start_upload()
    size = upload.chunk_size
    blob = context.make_blob(size=size + 512)
    expect_status(upload.send(blob.content[:size]), 202)
    expect_status(upload.put(blob.digest, blob.content[size:], start=size), 201)


@check(
    "upload-empty",
    requirement=RECOMMENDED,
    spec="distribution-spec, end-6: PUT; RFC 9110, Content-Length: 0",
    remedy=PROXY_REQUESTS,
)
def upload_empty(context: Context) -> None:
    """An empty blob can be pushed, and has the length 0; so can a single byte.

    Some tools push an empty config, or an empty layer.
    """
    byte = context.make_blob("byte", 1)
    context.repository.push_blob(byte)
    blob = LocalBlob(b"")
    # A concurrent run can delete it in between: all runs have the same.
    for _ in range(2):
        response = context.repository.start_upload().put(blob.digest)
        if 400 <= response.status < 500:
            raise NotSupported(f"the registry refuses an empty blob ({response.status})")
        if response.status != 201:
            # The single byte was stored: so it is not the storage.
            raise CheckFailed(str(status_failure(response, 201)), PROXY_REQUESTS)
        response = context.repository.request_blob(blob.digest, method="HEAD")
        if response.status != 404:
            break
    expect_header(expect_status(response, 200), "Content-Length", "0")
    expect_same_bytes(expect_status(context.repository.request_blob(blob.digest), 200), blob)


@check("upload-twice", spec="distribution-spec, end-4a and end-6: POST then PUT", remedy=BROKEN_STORAGE)
def upload_twice(context: Context) -> None:
    """Two uploads of the same blob can be open at the same time, and both succeed.

    Pipelines push images with the same layers at the same time.
    """
    blob = context.make_blob()
    first, second = context.repository.start_upload(), context.repository.start_upload()
    first.finish(blob, blob.content)
    response = second.put(blob.digest, blob.content)
    if 400 <= response.status < 500:
        raise CheckFailed(
            f"the second of two uploads of the same blob was refused ({response.status})",
            f"Let the registry accept a blob that it has already (Nexus: Deployment policy). {OTHER_REGISTRY}",
        )
    _expect_pushed(context, blob, expect_status(response, 201))


@check(
    "upload-resumed", requirement=RECOMMENDED, spec="distribution-spec, end-13: GET of an upload", remedy=PROXY_REQUESTS
)
def upload_resumed(context: Context) -> None:
    """An interrupted upload can be resumed at its offset.

    Otherwise, a lost connection costs the whole layer.
    """
    upload = context.repository.start_upload()
    size = upload.chunk_size
    blob = context.make_blob(size=2 * size)
    expect_status(upload.send(blob.content[:size], start=0), 202)
    with context.client.with_new_connections() as fresh:
        resumed = upload.with_client(fresh)
        response = resumed.request_status()
        if response.status in (400, 404, 405):
            # The next request shows whether the upload still exists.
            expect_status(upload.send(blob.content[size:], start=size), 202)
            upload.finish(blob)
            raise NotSupported(f"GET of an upload returned {response.status}")
        _expect_range(expect_status(response, 204), size)
        expect_status(resumed.send(blob.content[size:], start=size), 202)
        resumed.finish(blob)


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
    upload = context.repository.start_upload()
    size = upload.chunk_size
    blob = context.make_blob(size=2 * size)
    expect_status(upload.send(blob.content[:size], start=0), 202)
    response = upload.send(blob.content[size:], start=size + 512)
    if response.status == 202:
        upload.cancel()
        if context.expectations.version == 3 or _REGISTRY_3.search(upload.url):
            raise CheckFailed(
                "a chunk at the wrong offset was accepted: Content-Range is lost on the way", PROXY_REQUESTS
            )
        raise NotSupported("the registry ignores Content-Range; only the digest at the end shows a wrong chunk")
    expect_status(response, 416, 400)
    if response.status == 416:
        expect_status(upload.send(blob.content[size:], start=size), 202)
        upload.finish(blob)
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
    expect_status(upload.send(context.make_blob(size=upload.chunk_size).content), 202)
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
    """Bytes that do not match their digest are refused, and the right ones are accepted afterwards.

    Otherwise, the registry stores and serves corrupt layers.
    """
    repository = context.repository
    right = context.make_blob("right")
    _expect_refused(repository.start_upload().put(right.digest, right.content[:-1]), "bytes that do not match")
    upload = repository.start_upload()
    wrong = context.make_blob("wrong", upload.chunk_size)
    expect_status(upload.send(wrong.content), 202)
    _expect_refused(upload.put(right.digest), "a chunk that does not match")
    stored = repository.request_blob(right.digest)
    # Where nothing can be deleted, an earlier run has left the right bytes.
    if stored.status == 200 and not (context.is_repeatable and stored.body == right.content):
        raise CheckFailed("the upload was refused, but the blob is stored")
    repository.push_blob(right)


@check(
    "upload-refused",
    spec="distribution-spec, end-6: 400 for an invalid digest, 404 for an unknown upload",
    remedy=PROXY_ERRORS,
)
def upload_refused(context: Context) -> None:
    """An upload that ends without a valid digest, or that is unknown, gets a 4xx.

    A client that gets a 5xx sends the whole layer again and again.
    """
    upload = context.repository.start_upload()
    separator = "&" if "?" in upload.url else "?"
    for query in ("", f"{separator}digest=sha256:short", f"{separator}digest=none:{'0' * 64}"):
        response = context.client.request("PUT", f"{upload.url}{query}", b"", OCTETS)
        _expect_refused(response, query[1:] or "an upload without a digest")
    unknown = context.repository.path(f"blobs/uploads/00000000-0000-4000-8000-0000{context.run_id:0>8}")
    missing = context.make_blob("missing")
    _expect_refused(
        context.client.request("PUT", f"{unknown}?digest={missing.digest}", b"", OCTETS), "an unknown upload"
    )


@check(
    "upload-location",
    spec="pitfall: no X-Forwarded-Proto; distribution-spec, Pushing Blobs: Location",
    remedy=Remedy(
        "Set `http.relativeUrls` to true, or let the proxy in front send the right X-Forwarded-Proto and Host "
        "(`configuration.http.host` replaces them).",
        sets={"http.relativeUrls": True},
        otherwise="A proxy in front makes the path of a Location absolute (nginx: proxy_redirect), or "
        f"`configuration.http.host`, which overrides it, is not the URL that clients use. {OR_ANOTHER}",
    ),
)
def upload_location(context: Context) -> None:
    """Every Location has the address that the client uses, and leads to what was pushed.

    If a proxy does not forward its address, pushes continue at http, or at a name inside the cluster.
    """
    started = expect_status(context.repository.request("POST", "blobs/uploads/"), 202)
    upload = Upload.from_response(context.repository, started)
    blob = context.make_blob(size=upload.chunk_size)
    patched = expect_status(upload.send(blob.content), 202)
    status = upload.request_status()
    finished = upload.finish(blob)
    pushed = context.repository.store(context.make_variant())
    for response in (started, patched, status, finished, pushed):
        expect_own_origin(context.client, response, response.location, promised=context.expectations.host)
        path = urlsplit(context.client.url_for(urljoin(response.url, response.location))).path
        if context.challenge().status == 401 and not path.startswith(urlsplit(context.client.url).path + "/v2/"):
            raise CheckFailed(
                f"{request_line(response)} returned the Location {path}: Docker sends no credentials there"
            )
    for response in (finished, pushed):
        if not response.location:
            if _REGISTRY_3.search(upload.url):
                raise CheckFailed(
                    f"{request_line(response)} returned 201 without a Location: it was lost on the way", HEADERS
                )
            raise NotSupported("the response to a push has no Location; clients do not need it")
        target = context.client.url_for(urljoin(response.url, response.location))
        expect_status(context.client.request("HEAD", target, headers={"Accept": ACCEPT_ALL}), 200)


@check(
    "push-refused",
    spec="distribution-spec, Error Codes: NAME_INVALID, TAG_INVALID, MANIFEST_INVALID",
    remedy=PROXY_ERRORS,
)
def push_refused(context: Context) -> None:
    """A push under an invalid name or tag, or with a wrong type, gets a 4xx.

    A client that gets a 5xx tries again and again, and never says what is wrong.
    """
    repository = context.repository
    # Not the image of the other checks: some registries would change its media type.
    image, tag = context.make_variant("refused"), context.make_tag("refused")
    requests = (
        ("an invalid repository name", "POST", f"/v2/{repository.name}/-/blobs/uploads/", b"", OCTETS),
        ("an invalid tag", "PUT", repository.path("manifests/.invalid"), image.content, {"Content-Type": IMAGE}),
        (
            "a wrong media type",
            "PUT",
            repository.path(f"manifests/{tag}"),
            image.content,
            {"Content-Type": "text/plain"},
        ),
    )
    accepted = []
    for what, method, path, body, headers in requests:
        response = context.client.request(method, path, body, headers)
        if response.status == 202:
            Upload.from_response(repository, response).cancel()
        elif response.status < 300:
            repository.push_record.add_manifest(repository.name, image.digest, path.rpartition("/")[2])
        elif not 400 <= response.status < 500:
            raise status_failure(response, 400)
        if response.status < 300:
            accepted.append(what)
    if accepted:
        raise NotSupported(f"the registry accepts {' and '.join(accepted)}")
    if repository.request_manifest(tag, method="HEAD").status == 200:
        raise CheckFailed("a manifest with a wrong media type was refused, but is stored")


def _parts(blob: LocalBlob) -> Iterator[bytes]:
    """Yield the bytes in three parts, which are sent without Content-Length."""
    size = len(blob.content) // 3
    return (blob.content[start : start + size] for start in (0, size, 2 * size))


def _expect_refused(response: RegistryResponse, what: str) -> None:
    """Return if the status code is 4xx. Raises CheckFailed."""
    if response.status < 300:
        raise CheckFailed(f"{response.method} accepted {what} ({response.status}), expected 400", OTHER_REGISTRY)
    if not 400 <= response.status < 500:
        raise status_failure(response, 400)


def _expect_pushed(context: Context, blob: LocalBlob, response: RegistryResponse) -> None:
    """Return if the blob was stored under its digest, with the same bytes. Raises CheckFailed."""
    expect_digest(response, blob.digest)
    expect_same_bytes(expect_status(context.repository.request_blob(blob.digest), 200), blob)


def _expect_range(response: RegistryResponse, size: int) -> None:
    value = response.headers.get("Range", "")
    # Docker fails with "bytes=" before it.
    if value != f"0-{size - 1}":
        raise CheckFailed(f'{response.method} of an upload returned "Range: {value}", expected 0-{size - 1}')


CHECKS = (
    upload_monolithic,
    upload_single_post,
    upload_chunked,
    upload_streamed,
    upload_put_streamed,
    upload_last_chunk,
    upload_empty,
    upload_twice,
    upload_resumed,
    upload_out_of_order,
    upload_cancelled,
    upload_wrong_digest,
    upload_refused,
    push_refused,
    upload_location,
)

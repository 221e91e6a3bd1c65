"""Uploads and mounts. Spec: distribution-spec, "Pushing blobs" (end-4 to 6, 13, 14), "Mounting a blob" (end-11)."""

from __future__ import annotations

import uuid

from registry_gitops.registry.api.blobs import location_header
from registry_gitops.registry.api.query import Query
from registry_gitops.registry.api.ranges import ByteRange, parse_content_range
from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import UploadsTarget, UploadTarget
from registry_gitops.registry.contents import ALGORITHMS, Digest, UploadProgress, digest_headers, is_repository
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import Body, ClientGone, Request, Response
from registry_gitops.registry.storage import Draft


def begin_upload(state: State, request: Request, target: UploadsTarget) -> Response:
    """Begin an upload session; or mount a blob, or receive a monolithic upload, depending on the parameters."""
    query = Query(request.query)
    mount, monolithic = query.get_single("mount"), query.get_single("digest")
    if mount is not None:
        digest, source = Digest.parse(mount), query.get_single("from")
        # If the mount fails for any reason, the spec continues with an upload.
        has_source = source is None or is_repository(source)
        if digest and has_source and state.repositories.mount_blob(target.name, digest, source):
            return _created(target.name, digest)
    algorithm = query.get_single("digest-algorithm") or "sha256"
    if algorithm not in ALGORITHMS:
        raise RegistryError(Code.DIGEST_INVALID, f"digest-algorithm is none of: {', '.join(ALGORITHMS)}")
    upload = UploadTarget(target.name, str(uuid.uuid4()))
    if monolithic is not None:
        return _upload_monolithic(state, request.body, upload, _parse_digest(monolithic))
    state.uploads.create(upload.name, upload.identifier).close()
    state.uploads.put(upload.identifier, UploadProgress.start(algorithm))
    return _status(202, upload, 0)


def get_upload_status(state: State, request: Request, target: UploadTarget) -> Response:
    """Return the size of the durable bytes, even while another request sends more."""
    return _status(204, target, state.uploads.size(target.name, target.identifier))


def append_chunk(state: State, request: Request, target: UploadTarget) -> Response:
    """Append a chunk. If the client disconnects, the bytes received so far are kept: it can continue after them."""
    with state.uploads.open_exclusive(target.name, target.identifier) as (draft, before):
        chunk_range = _parse_chunk_range(request, target, before)
        progress = before.copy()
        try:
            _receive(state, request.body, draft, progress)
            _check_size(chunk_range, progress.size - before.size)
        except ClientGone:
            state.uploads.commit_chunk(target.name, target.identifier, draft, progress)
            raise
        except (OSError, RegistryError):
            draft.truncate(before.size)
            raise
        state.uploads.commit_chunk(target.name, target.identifier, draft, progress)
        return _status(202, target, progress.size)


def finish_upload(state: State, request: Request, target: UploadTarget) -> Response:
    """Append the last chunk, if there is one, and publish the blob. If the digest differs, the session ends."""
    digest = _parse_digest(Query(request.query).get_single("digest"))
    with state.uploads.open_exclusive(target.name, target.identifier) as (draft, before):
        chunk_range = _parse_chunk_range(request, target, before)
        if before.algorithm == digest.algorithm:
            progress = before.copy()
        else:
            progress = UploadProgress.of(draft, before.size, digest.algorithm)
        try:
            _receive(state, request.body, draft, progress)
            _check_size(chunk_range, progress.size - before.size)
        except (ClientGone, OSError, RegistryError):
            draft.truncate(before.size)
            raise
        state.uploads.publish(target.name, target.identifier, draft, progress, digest)
        return _created(target.name, digest)


def cancel_upload(state: State, request: Request, target: UploadTarget) -> Response:
    """Delete an upload session."""
    state.uploads.cancel(target.name, target.identifier)
    return Response(204)


def _upload_monolithic(state: State, body: Body, target: UploadTarget, digest: Digest) -> Response:
    draft = state.uploads.create(target.name, target.identifier)
    try:
        progress = UploadProgress.start(digest.algorithm)
        try:
            _receive(state, body, draft, progress)
        except (ClientGone, OSError):
            state.uploads.discard(target.name, target.identifier)
            raise
        state.uploads.publish(target.name, target.identifier, draft, progress, digest)
        return _created(target.name, digest)
    finally:
        draft.close()


def _receive(state: State, body: Body, draft: Draft, progress: UploadProgress) -> None:
    with state.uploads.receive_buffer() as buffer:
        while count := body.readinto(buffer):
            draft.append(buffer[:count])
            progress.update(buffer[:count])


def _parse_chunk_range(request: Request, target: UploadTarget, progress: UploadProgress) -> ByteRange | None:
    """Return the Content-Range of a chunk, which must begin at the current offset. Raises RegistryError."""
    header = request.headers.get("content-range")
    if header is None:
        return None
    chunk_range = parse_content_range(header)
    if chunk_range is None or chunk_range.first != progress.size:
        raise RegistryError(
            Code.BLOB_UPLOAD_INVALID,
            f"the next chunk begins with byte {progress.size}, and its Content-Range is: first-last",
            status=416,
            headers=dict(_progress_headers(target, progress.size)),
        )
    if request.body.length is not None:
        _check_size(chunk_range, request.body.length)
    return chunk_range


def _check_size(chunk_range: ByteRange | None, count: int) -> None:
    if chunk_range is not None and chunk_range.count != count:
        detail = f"the chunk has {count} bytes, and its Content-Range says {chunk_range.count}"
        raise RegistryError(Code.SIZE_INVALID, detail)


def _parse_digest(text: str | None) -> Digest:
    digest = Digest.parse(text or "")
    if digest is None:
        raise RegistryError(Code.DIGEST_INVALID, "the parameter digest is neither a sha256 nor a sha512 digest")
    return digest


def _status(code: int, target: UploadTarget, size: int) -> Response:
    return Response(code, [*_progress_headers(target, size), ("Docker-Upload-UUID", target.identifier)])


def _progress_headers(target: UploadTarget, size: int) -> list[tuple[str, str]]:
    # No byte and one byte look the same, as in every registry: the format cannot express an empty range.
    location = f"/v2/{target.name}/blobs/uploads/{target.identifier}"
    return [("Location", location), ("Range", f"0-{max(size - 1, 0)}")]


def _created(repository: str, digest: Digest) -> Response:
    return Response(201, [location_header(repository, digest), *digest_headers(digest)])

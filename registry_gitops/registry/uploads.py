"""Uploads of blobs: a file grows, and when its bytes match their digest it moves to where blobs are.

Spec: distribution-spec, "Pushing blobs" (end-4a to end-6, end-11, end-13 and end-14).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from registry_gitops.registry import blobs, layout, targets
from registry_gitops.registry.content import identity
from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.messages import Body, ClientGone, Request, Response
from registry_gitops.registry.names import ALGORITHMS, Digest, is_repository
from registry_gitops.registry.query import Query
from registry_gitops.registry.ranges import Span, sent
from registry_gitops.registry.sessions import Progress
from registry_gitops.registry.state import State
from registry_gitops.registry.storage import Draft


def begin(state: State, request: Request, at: targets.Uploads) -> Response:
    """Begin an upload; or mount a blob, or take all of it at once, as the parameters say."""
    query = Query(request.query)
    mounted, whole = query.one("mount"), query.one("digest")
    if mounted is not None:
        digest, source = Digest.parse(mounted), query.one("from")
        # What cannot be mounted, for whatever reason, can still be uploaded: so says the spec.
        if digest and (source is None or is_repository(source)) and blobs.mount(state, source, at, digest):
            return _created(at.name, digest)
    algorithm = query.one("digest-algorithm") or "sha256"
    if algorithm not in ALGORITHMS:
        raise RegistryError(Code.DIGEST_INVALID, f"digest-algorithm is none of: {', '.join(ALGORITHMS)}")
    upload = targets.Upload(at.name, str(uuid.uuid4()))
    if whole is not None:
        return _whole(state, request.body, upload, _digest(whole))
    _new(state, upload).close()
    if algorithm != "sha256":
        state.sessions.keep(upload.identifier, Progress.none(algorithm))
    return _status(202, upload, 0)


def status(state: State, request: Request, at: targets.Upload) -> Response:
    """How far an upload is."""
    found = state.storage.stat(_path(at))
    if found is None:
        raise _unknown()
    return _status(204, at, found.size)


def append(state: State, request: Request, at: targets.Upload) -> Response:
    """Add a chunk, or as much as comes. What came of it stays when the client breaks off: it may go on from there."""
    with _writing(state, at) as draft:
        span = _place(request, at, draft)
        progress, before = state.sessions.take(at.identifier, draft), draft.size
        try:
            _receive(state, request.body, draft, progress)
            _check_size(span, draft.size - before)
        except (OSError, RegistryError):
            draft.truncate(before)
            raise
        try:
            draft.sync()
        except OSError:
            # What a disk has lost once it may call written the next time.
            _drop(state, at)
            raise
        state.sessions.keep(at.identifier, progress)
        return _status(202, at, draft.size)


def finish(state: State, request: Request, at: targets.Upload) -> Response:
    """Add the last chunk if there is one, and make a blob of it all. If it does not match, the upload has ended."""
    digest = _digest(Query(request.query).one("digest"))
    with _writing(state, at) as draft:
        span = _place(request, at, draft)
        progress, before = state.sessions.take(at.identifier, draft, digest.algorithm), draft.size
        try:
            _receive(state, request.body, draft, progress)
            _check_size(span, draft.size - before)
        except (ClientGone, OSError, RegistryError):
            draft.truncate(before)
            raise
        return _publish(state, at, draft, progress, digest)


def cancel(state: State, request: Request, at: targets.Upload) -> Response:
    """Forget an upload."""
    with state.sessions.writing(at.identifier):
        removed = state.storage.remove(layout.upload(at.name, at.identifier))
    if not removed:
        raise _unknown()
    return Response(204)


def _whole(state: State, body: Body, at: targets.Upload, digest: Digest) -> Response:
    draft = _new(state, at)
    try:
        progress = Progress.none(digest.algorithm)
        try:
            _receive(state, body, draft, progress)
        except (ClientGone, OSError):
            _drop(state, at)
            raise
        return _publish(state, at, draft, progress, digest)
    finally:
        draft.close()


def _publish(state: State, at: targets.Upload, draft: Draft, progress: Progress, digest: Digest) -> Response:
    if progress.hash.hexdigest() != digest.hex:
        _drop(state, at)
        raise RegistryError(Code.DIGEST_INVALID, f"the {progress.size} bytes that were sent have another digest")
    try:
        # Over a blob that is there already too: this one is whole, the other may have rotted.
        state.storage.publish({layout.blob_data(digest): draft}, {blobs.link(at.name, digest): str(digest).encode()})
    except OSError:
        _drop(state, at)
        raise
    with suppress(OSError):
        state.storage.prune(layout.upload(at.name, at.identifier))
    return _created(at.name, digest)


def _receive(state: State, body: Body, draft: Draft, progress: Progress) -> None:
    with state.sessions.buffer() as buffer:
        while count := body.readinto(buffer):
            draft.append(buffer[:count])
            progress.update(buffer[:count])


@contextmanager
def _writing(state: State, at: targets.Upload) -> Iterator[Draft]:
    with state.sessions.writing(at.identifier):
        draft = state.storage.draft(_path(at), new=False)
        if draft is None:
            raise _unknown()
        try:
            yield draft
        finally:
            draft.close()


def _new(state: State, at: targets.Upload) -> Draft:
    draft = state.storage.draft(_path(at), new=True)
    assert draft is not None  # noqa: S101 (so says `Storage.draft`)
    return draft


def _drop(state: State, at: targets.Upload) -> None:
    """End an upload that failed. What cannot be removed is left for garbage collection: the first error counts."""
    with suppress(OSError):
        state.storage.remove(layout.upload(at.name, at.identifier))


def _place(request: Request, at: targets.Upload, draft: Draft) -> Span | None:
    """Where a chunk says that it belongs, which is the end of what is there. Raises RegistryError."""
    header = request.headers.get("content-range")
    if header is None:
        return None
    span = sent(header)
    if span is None or span.first != draft.size:
        raise RegistryError(
            Code.BLOB_UPLOAD_INVALID,
            f"the next chunk begins with byte {draft.size}, and its Content-Range is: first-last",
            status=416,
            headers=dict(_progress(at, draft.size)),
        )
    if request.body.length is not None:
        _check_size(span, request.body.length)
    return span


def _check_size(span: Span | None, count: int) -> None:
    if span is not None and span.count != count:
        raise RegistryError(Code.SIZE_INVALID, f"the chunk has {count} bytes, and its Content-Range says {span.count}")


def _digest(text: str | None) -> Digest:
    digest = Digest.parse(text or "")
    if digest is None:
        raise RegistryError(Code.DIGEST_INVALID, "the parameter digest is neither a sha256 nor a sha512 digest")
    return digest


def _status(code: int, at: targets.Upload, size: int) -> Response:
    return Response(code, [*_progress(at, size), ("Docker-Upload-UUID", at.identifier)])


def _progress(at: targets.Upload, size: int) -> list[tuple[str, str]]:
    # Nothing and one byte look the same, as in every registry: the form has no word for nothing.
    location = f"/v2/{at.name}/blobs/uploads/{at.identifier}"
    return [("Location", location), ("Range", f"0-{max(size - 1, 0)}")]


def _created(repository: str, digest: Digest) -> Response:
    return Response(201, [blobs.location(repository, digest), *identity(digest)])


def _path(at: targets.Upload) -> str:
    return f"{layout.upload(at.name, at.identifier)}/data"


def _unknown() -> RegistryError:
    return RegistryError(Code.BLOB_UPLOAD_UNKNOWN, "there is no such upload; it may have been finished or cancelled")

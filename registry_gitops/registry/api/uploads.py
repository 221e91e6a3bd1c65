"""Uploads of blobs: a file grows, and when its bytes match their digest it moves to where blobs are.

Spec: distribution-spec, "Pushing blobs" (end-4a to end-6, end-11, end-13 and end-14).
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from registry_gitops.registry.api import blobs, targets
from registry_gitops.registry.api.query import Query
from registry_gitops.registry.api.ranges import Span, sent
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents import upload_journal as acknowledged
from registry_gitops.registry.contents.content_store import identity
from registry_gitops.registry.contents.identifiers import ALGORITHMS, Digest, is_repository
from registry_gitops.registry.contents.upload_sessions import Progress
from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.messages import Body, ClientGone, Request, Response
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
    state.sessions.keep(upload.identifier, Progress.none(algorithm))
    return _status(202, upload, 0)


def status(state: State, request: Request, at: targets.Upload) -> Response:
    """How far an upload is: as far as it was acknowledged, also while more comes."""
    progress = state.sessions.known(at.identifier)
    if progress is None:
        with _writing(state, at) as (_, found):
            return _status(204, at, found.size)
    if state.storage.stat(_data(at)) is None:
        raise _unknown()
    return _status(204, at, progress.size)


def append(state: State, request: Request, at: targets.Upload) -> Response:
    """Add a chunk, or as much as comes. What came of it stays when the client breaks off: it may go on from there."""
    with _writing(state, at) as (draft, before):
        span = _place(request, at, before)
        progress = before.copy()
        try:
            _receive(state, request.body, draft, progress)
            _check_size(span, progress.size - before.size)
        except ClientGone:
            _acknowledge(state, at, draft, progress)
            raise
        except (OSError, RegistryError):
            draft.truncate(before.size)
            raise
        _acknowledge(state, at, draft, progress)
        return _status(202, at, progress.size)


def finish(state: State, request: Request, at: targets.Upload) -> Response:
    """Add the last chunk if there is one, and make a blob of it all. If it does not match, the upload has ended."""
    digest = _digest(Query(request.query).one("digest"))
    with _writing(state, at) as (draft, before):
        span = _place(request, at, before)
        same = before.algorithm == digest.algorithm
        progress = before.copy() if same else Progress.of(draft, before.size, digest.algorithm)
        try:
            _receive(state, request.body, draft, progress)
            _check_size(span, progress.size - before.size)
        except (ClientGone, OSError, RegistryError):
            draft.truncate(before.size)
            raise
        return _publish(state, at, draft, progress, digest)


def cancel(state: State, request: Request, at: targets.Upload) -> Response:
    """Forget an upload."""
    with state.sessions.writing(at.identifier):
        if not state.storage.remove(layout.upload(at.name, at.identifier)):
            raise _unknown()
        state.sessions.forget(at.identifier)
    return Response(204)


def _whole(state: State, body: Body, at: targets.Upload, digest: Digest) -> Response:
    draft = _new(state, at)
    try:
        progress = Progress.none(digest.algorithm)
        try:
            _receive(state, body, draft, progress)
        except (ClientGone, OSError):
            _end(state, at)
            raise
        return _publish(state, at, draft, progress, digest)
    finally:
        draft.close()


def _publish(state: State, at: targets.Upload, draft: Draft, progress: Progress, digest: Digest) -> Response:
    try:
        if progress.digest != digest:
            raise RegistryError(Code.DIGEST_INVALID, f"the {progress.size} bytes that were sent have another digest")
        # Over a blob that is there already too: this one is whole, the other may have rotted.
        state.storage.publish({layout.blob_data(digest): draft}, {blobs.link(at.name, digest): str(digest).encode()})
    finally:
        _end(state, at)
    return _created(at.name, digest)


def _acknowledge(state: State, at: targets.Upload, draft: Draft, progress: Progress) -> None:
    """Make what has come last. Raises OSError where the disk does not, and then the upload has ended."""
    try:
        draft.sync()
    except OSError:
        with suppress(OSError):
            # What a disk has lost once it may call written the next time; so nothing may be left to go on from.
            draft.truncate(0)
        _end(state, at)
        raise
    with suppress(OSError):
        # Without it the upload goes on from an earlier chunk after a crash.
        acknowledged.note(state.storage, at, progress)
    state.sessions.keep(at.identifier, progress)


def _receive(state: State, body: Body, draft: Draft, progress: Progress) -> None:
    with state.sessions.buffer() as buffer:
        while count := body.readinto(buffer):
            draft.append(buffer[:count])
            progress.update(buffer[:count])


@contextmanager
def _writing(state: State, at: targets.Upload) -> Iterator[tuple[Draft, Progress]]:
    """Be the only one who changes an upload, which is cut to what was acknowledged of it. Raises RegistryError."""
    with state.sessions.writing(at.identifier):
        draft = state.storage.draft(_data(at), new=False)
        if draft is None:
            raise _unknown()
        try:
            progress = state.sessions.known(at.identifier)
            if progress is None or progress.size != draft.size:
                progress = acknowledged.resume(state.storage, at, draft)
                if progress is None:
                    _end(state, at)
                    raise _unknown()
                state.sessions.keep(at.identifier, progress)
            yield draft, progress
        finally:
            draft.close()


def _new(state: State, at: targets.Upload) -> Draft:
    draft = state.storage.draft(_data(at), new=True)
    assert draft is not None  # noqa: S101 (so says `Storage.draft`)
    return draft


def _end(state: State, at: targets.Upload) -> None:
    """Remove what is left of an upload, or else leave it for garbage collection: the first error counts."""
    state.sessions.forget(at.identifier)
    path = layout.upload(at.name, at.identifier)
    with suppress(OSError):
        # This need not outlive a power cut: an upload that comes back is as good as it was.
        if not state.storage.prune(path):
            state.storage.expire(path, math.inf)


def _place(request: Request, at: targets.Upload, progress: Progress) -> Span | None:
    """Where a chunk says that it belongs, which is the end of what is there. Raises RegistryError."""
    header = request.headers.get("content-range")
    if header is None:
        return None
    span = sent(header)
    if span is None or span.first != progress.size:
        raise RegistryError(
            Code.BLOB_UPLOAD_INVALID,
            f"the next chunk begins with byte {progress.size}, and its Content-Range is: first-last",
            status=416,
            headers=dict(_progress(at, progress.size)),
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


def _data(at: targets.Upload) -> str:
    return layout.upload_data(at.name, at.identifier)


def _unknown() -> RegistryError:
    return RegistryError(Code.BLOB_UPLOAD_UNKNOWN, "there is no such upload; it may have been finished or cancelled")

"""Upload sessions: a draft grows chunk by chunk, and is published as a blob when its bytes match their digest."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Final

from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.identifiers import Digest
from registry_gitops.registry.contents.repositories import blob_link_path
from registry_gitops.registry.contents.upload_journal import UploadProgress, append_entry, recover_progress
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.storage import Draft, Storage

_MAX_CACHED: Final = 4096
_BUFFER_SIZE: Final = 256 * 1024
_MAX_SPARE_BUFFERS: Final = 16


class UploadSessions:
    """The upload sessions of a storage. `name` is a repository, `identifier` a session in it.

    The progress of up to 4096 sessions is cached; the journal restores that of the others, also after a restart.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._progress: dict[str, UploadProgress] = {}
        self._in_use: set[str] = set()
        self._lock = Lock()
        self._spare_buffers: list[bytearray] = []

    # -- the life of a session

    def create(self, name: str, identifier: str) -> Draft:
        """Create the draft of a new session."""
        draft = self._storage.draft(layout.upload_data_path(name, identifier), new=True)
        assert draft is not None  # noqa: S101 (`Storage.draft` promises it)
        return draft

    @contextmanager
    def open_exclusive(self, name: str, identifier: str) -> Iterator[tuple[Draft, UploadProgress]]:
        """Lock a session, and truncate its draft to its last durable chunk. Raises RegistryError."""
        with self._exclusive(identifier):
            draft = self._storage.draft(layout.upload_data_path(name, identifier), new=False)
            if draft is None:
                raise _unknown()
            try:
                progress = self._progress.get(identifier)
                if progress is None or progress.size != draft.size:
                    progress = recover_progress(self._storage, name, identifier, draft)
                    if progress is None:
                        self.discard(name, identifier)
                        raise _unknown()
                    self.put(identifier, progress)
                yield draft, progress
            finally:
                draft.close()

    def commit_chunk(self, name: str, identifier: str, draft: Draft, progress: UploadProgress) -> None:
        """Make the received bytes durable. Raises OSError if the disk fails; that ends the session."""
        try:
            draft.sync()
        except OSError:
            with suppress(OSError):
                # A later fsync can succeed without the bytes that this one lost, so no client may continue from them.
                draft.truncate(0)
            self.discard(name, identifier)
            raise
        with suppress(OSError):
            # Without the entry, the upload continues from an earlier chunk after a crash.
            append_entry(self._storage, name, identifier, progress)
        self.put(identifier, progress)

    def publish(self, name: str, identifier: str, draft: Draft, progress: UploadProgress, digest: Digest) -> None:
        """Publish the draft as a blob of a repository, and end the session. Raises RegistryError on another digest."""
        try:
            if progress.digest != digest:
                detail = f"the {progress.size} bytes that were sent have another digest"
                raise RegistryError(Code.DIGEST_INVALID, detail)
            # Replace a blob that exists already: this one is intact, the other may be corrupt.
            self._storage.publish(
                {layout.blob_data_path(digest): draft}, {blob_link_path(name, digest): str(digest).encode()}
            )
        finally:
            self.discard(name, identifier)

    def discard(self, name: str, identifier: str) -> None:
        """End a session and delete its files. If that fails, garbage collection does it: the first error counts."""
        self._forget(identifier)
        path = layout.upload_path(name, identifier)
        with suppress(OSError):
            # Not durable: a session that is back after a power loss can simply continue.
            if not self._storage.prune(path):
                self._storage.expire(path, math.inf)

    def cancel(self, name: str, identifier: str) -> None:
        """Delete a session, durably. Raises RegistryError if it is unknown or in use."""
        with self._exclusive(identifier):
            if not self._storage.remove(layout.upload_path(name, identifier)):
                raise _unknown()
            self._forget(identifier)

    # -- progress

    def size(self, name: str, identifier: str) -> int:
        """Return the durable bytes of a session, even while a request writes more. Raises RegistryError."""
        progress = self._progress.get(identifier)
        if progress is None:
            with self.open_exclusive(name, identifier) as (_, recovered):
                return recovered.size
        if self._storage.stat(layout.upload_data_path(name, identifier)) is None:
            raise _unknown()
        return progress.size

    def put(self, identifier: str, progress: UploadProgress) -> None:
        """Cache the progress of a session. Continue it in a copy only."""
        with self._lock:
            self._progress.pop(identifier, None)
            self._progress[identifier] = progress
            if len(self._progress) > _MAX_CACHED:
                del self._progress[next(iter(self._progress))]

    def _forget(self, identifier: str) -> None:
        with self._lock:
            self._progress.pop(identifier, None)

    @contextmanager
    def _exclusive(self, identifier: str) -> Iterator[None]:
        """Lock a session. Raises RegistryError if another request holds it."""
        with self._lock:
            if identifier in self._in_use:
                raise RegistryError(Code.BLOB_UPLOAD_INVALID, "another request writes to this upload", status=409)
            self._in_use.add(identifier)
        try:
            yield
        finally:
            with self._lock:
                self._in_use.discard(identifier)

    @contextmanager
    def receive_buffer(self) -> Iterator[memoryview]:
        """Lend a buffer of 256 KiB."""
        try:
            memory = self._spare_buffers.pop()
        except IndexError:
            memory = bytearray(_BUFFER_SIZE)
        try:
            yield memoryview(memory)
        finally:
            if len(self._spare_buffers) < _MAX_SPARE_BUFFERS:
                self._spare_buffers.append(memory)


def _unknown() -> RegistryError:
    return RegistryError(Code.BLOB_UPLOAD_UNKNOWN, "there is no such upload; it may have been finished or cancelled")

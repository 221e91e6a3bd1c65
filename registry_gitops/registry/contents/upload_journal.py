"""The journal of an upload, on the disk: an upload continues from its last entry after a crash or a power loss.

Each chunk adds a line `SIZE DIGEST`, once the chunk is durable. After a power loss a disk can return a longer upload,
padded with zeros, so only bytes that match their digest count. The lines are not synced: after a power loss an upload
can continue from an earlier chunk.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.identifiers import Digest, new_hash
from registry_gitops.registry.storage import Draft, Storage

_LINE: Final = re.compile(rb"^(\d{1,18}) ([a-z0-9:]+)\n", re.MULTILINE)
_READ_SIZE: Final = 256 * 1024


@dataclass(slots=True)
class UploadProgress:
    """The hash of the first `size` bytes of an upload."""

    algorithm: str
    hash: hashlib._Hash
    size: int = 0

    @classmethod
    def start(cls, algorithm: str) -> UploadProgress:
        """Return the progress of an empty upload."""
        return cls(algorithm, new_hash(algorithm))

    @classmethod
    def of(cls, draft: Draft, size: int, algorithm: str) -> UploadProgress:
        """Read the first `size` bytes of a draft, and return their progress."""
        progress = cls.start(algorithm)
        buffer = memoryview(bytearray(_READ_SIZE))
        while count := draft.readinto(buffer[: size - progress.size], progress.size):
            progress.update(buffer[:count])
        return progress

    @property
    def digest(self) -> Digest:
        """The digest of these bytes."""
        return Digest(self.algorithm, self.hash.hexdigest())

    def update(self, data: memoryview) -> None:
        """Add `data`."""
        self.hash.update(data)
        self.size += len(data)

    def copy(self) -> UploadProgress:
        """Return an independent copy."""
        return UploadProgress(self.algorithm, self.hash.copy(), self.size)


def append_entry(storage: Storage, name: str, identifier: str, progress: UploadProgress) -> None:
    """Record that an upload is durable up to here."""
    path = layout.upload_journal_path(name, identifier)
    journal = storage.draft(path, new=False) or storage.draft(path, new=True)
    assert journal is not None  # noqa: S101 (`Storage.draft` promises it)
    try:
        journal.append(memoryview(f"{progress.size} {progress.digest}\n".encode()))
    finally:
        journal.close()


def recover_progress(storage: Storage, name: str, identifier: str, draft: Draft) -> UploadProgress | None:
    """Return the progress of an upload, and truncate its draft to it; None if the upload cannot continue."""
    journal = storage.read(layout.upload_journal_path(name, identifier))
    if journal is not None:
        progress = _last_match(journal, draft)
    elif storage.stat(layout.upload_started_path(name, identifier)):
        # Distribution began this upload, and syncs each chunk. From now on this journal records them.
        progress = UploadProgress.of(draft, draft.size, "sha256")
        append_entry(storage, name, identifier, progress)
    else:
        progress = UploadProgress.start("sha256")
    if progress:
        draft.truncate(progress.size)
    return progress


def _last_match(journal: bytes, draft: Draft) -> UploadProgress | None:
    """Return the progress of the last entry whose digest the bytes of the draft match."""
    for size, text in reversed(_LINE.findall(journal)):
        digest = Digest.parse(text.decode())
        if digest and int(size) <= draft.size:
            progress = UploadProgress.of(draft, int(size), digest.algorithm)
            if progress.digest == digest:
                return progress
    return None

"""Uploads that are open: the hash of what has come so far, and who writes at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Final

from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.names import Hash, hasher
from registry_gitops.registry.storage import Draft

_REMEMBERED: Final = 4096
_BUFFER: Final = 256 * 1024
_SPARE_BUFFERS: Final = 16


@dataclass(slots=True)
class Progress:
    """The hash of the first `size` bytes of an upload."""

    algorithm: str
    hash: Hash
    size: int = 0

    @classmethod
    def none(cls, algorithm: str) -> Progress:
        """That of an upload which has just begun."""
        return cls(algorithm, hasher(algorithm))

    def update(self, data: memoryview) -> None:
        """Go on."""
        self.hash.update(data)
        self.size += len(data)


class Sessions:
    """Forgets what it has no room for, and everything when the process ends: then the file is read again."""

    def __init__(self) -> None:
        self._progress: dict[str, Progress] = {}
        self._writing: set[str] = set()
        self._lock = Lock()
        self._spare: list[bytearray] = []

    @contextmanager
    def writing(self, identifier: str) -> Iterator[None]:
        """Be the only one who changes an upload. Raises RegistryError where somebody is at it."""
        with self._lock:
            if identifier in self._writing:
                raise RegistryError(Code.BLOB_UPLOAD_INVALID, "another request writes to this upload", status=409)
            self._writing.add(identifier)
        try:
            yield
        finally:
            with self._lock:
                self._writing.discard(identifier)

    def keep(self, identifier: str, progress: Progress) -> None:
        """Remember how far an upload is."""
        with self._lock:
            self._progress[identifier] = progress
            if len(self._progress) > _REMEMBERED:
                del self._progress[next(iter(self._progress))]

    def take(self, identifier: str, draft: Draft, algorithm: str | None = None) -> Progress:
        """How far an upload is, by that algorithm, or by the one it began with.

        It is forgotten until it is kept again. So whatever goes wrong meanwhile, the file is read again.
        """
        with self._lock:
            progress = self._progress.pop(identifier, None)
        wanted = algorithm or (progress.algorithm if progress else "sha256")
        if progress is None or progress.size != draft.size or progress.algorithm != wanted:
            progress = Progress.none(wanted)
            with self.buffer() as buffer:
                while count := draft.readinto(buffer, progress.size):
                    progress.update(buffer[:count])
        return progress

    @contextmanager
    def buffer(self) -> Iterator[memoryview]:
        """Memory to read into."""
        try:
            memory = self._spare.pop()
        except IndexError:
            memory = bytearray(_BUFFER)
        try:
            yield memoryview(memory)
        finally:
            if len(self._spare) < _SPARE_BUFFERS:
                self._spare.append(memory)

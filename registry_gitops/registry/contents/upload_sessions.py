"""Uploads that are open: the hash of what has come so far, and who writes at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Final

from registry_gitops.registry.contents.identifiers import Digest, Hash, hasher
from registry_gitops.registry.errors import Code, RegistryError
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

    @classmethod
    def of(cls, draft: Draft, size: int, algorithm: str) -> Progress:
        """That of the first `size` bytes of a draft, which are read for it."""
        progress = cls.none(algorithm)
        buffer = memoryview(bytearray(_BUFFER))
        while count := draft.readinto(buffer[: size - progress.size], progress.size):
            progress.update(buffer[:count])
        return progress

    @property
    def digest(self) -> Digest:
        """The digest of these bytes."""
        return Digest(self.algorithm, self.hash.hexdigest())

    def update(self, data: memoryview) -> None:
        """Go on."""
        self.hash.update(data)
        self.size += len(data)

    def copy(self) -> Progress:
        """One that goes on by itself from here."""
        return Progress(self.algorithm, self.hash.copy(), self.size)


class Sessions:
    """Forgets what it has no room for, and everything when the process ends: see `acknowledged` for what comes then."""

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
        """Remember how far an upload was acknowledged."""
        with self._lock:
            self._progress.pop(identifier, None)
            self._progress[identifier] = progress
            if len(self._progress) > _REMEMBERED:
                del self._progress[next(iter(self._progress))]

    def known(self, identifier: str) -> Progress | None:
        """How far an upload was acknowledged, if that is remembered: to be looked at, or gone on with in a copy."""
        return self._progress.get(identifier)

    def forget(self, identifier: str) -> None:
        """Forget an upload that has ended."""
        with self._lock:
            self._progress.pop(identifier, None)

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

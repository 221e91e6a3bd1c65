"""Content by digest: manifests that are read and checked, and blobs that are there and stay there."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Final

from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents import manifest_parser as document
from registry_gitops.registry.contents.identifiers import Digest, hasher
from registry_gitops.registry.contents.manifest_parser import Document
from registry_gitops.registry.storage import Content, Stat, Storage

_YOUNG: Final = 60.0
"""Seconds for which a blob need not be touched again. Garbage collection leaves alone what is much older still."""

_SMALL: Final = 64 * 1024
_PIECE: Final = 256 * 1024
_REMEMBERED: Final = 4 * 1024 * 1024
_BESIDES: Final = 2048
"""Bytes that it takes to remember a manifest, beside its own."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The bytes of a manifest, which match its digest, and the headers that they are served with."""

    content: bytes
    headers: list[tuple[str, str]]
    """Shared by all responses: not to be changed."""

    def says(self) -> Document:
        """What it says."""
        return document.stored(self.content)


class Contents:
    """What is stored under digests. Small manifests are remembered, the last ones that fit into 4 MiB."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._remembered: dict[Digest, Manifest] = {}
        self._size = 0
        self._lock = Lock()

    def manifest(self, digest: Digest) -> Manifest | None:
        """A manifest; None where there is none.

        None too where its bytes have rotted: then a client that asks before it pushes does push, and that heals it.
        """
        found = self._remembered.get(digest)
        if found is not None:
            return found
        content = self._storage.read(layout.blob_data(digest))
        if content is None or Digest.of(content, digest.algorithm) != digest:
            return None
        headers = [("Content-Type", document.stored(content).media_type), *identity(digest)]
        found = Manifest(content, headers)
        if len(content) <= _SMALL:
            self._remember(digest, found)
        return found

    def keep(self, digest: Digest) -> Stat | None:
        """Size of a blob that is there, and that garbage collection leaves alone from now on; None where it is not."""
        return self.keep_file(layout.blob_data(digest))

    def keep_file(self, path: str) -> Stat | None:
        """The same for any file."""
        stat = self._storage.stat(path)
        if stat is not None and stat.modified < time.time() - _YOUNG:
            # Where nothing can be written, nothing can be collected either.
            with suppress(OSError):
                return stat if self._storage.touch(path) else None
        return stat

    def is_whole(self, digest: Digest, content: Content) -> bool:
        """Whether a small blob matches its digest; large ones are taken on trust, it is the client that reads them.

        One that does not is removed, see `check`.
        """
        if content.size > _SMALL or _digest(content, digest.algorithm) == digest:
            return True
        self.check(digest)
        return False

    def check(self, digest: Digest) -> None:
        """Read a blob, and remove it if it does not match its digest: then whoever asks for it pushes it again."""
        path = layout.blob_data(digest)
        while (modified := self._rotten(path, digest)) is not None:
            with suppress(OSError):
                # Written to meanwhile, it is looked at again: perhaps somebody has pushed it, and it is whole.
                if not self._storage.expire(path, math.nextafter(modified, math.inf)):
                    continue
            return

    def _rotten(self, path: str, digest: Digest) -> float | None:
        """When a blob that does not match its digest was last modified; None where it does, or is not there."""
        stat = self._storage.stat(path)
        content = self._storage.open(path) if stat else None
        if stat is None or content is None:
            return None
        try:
            return stat.modified if _digest(content, digest.algorithm) != digest else None
        finally:
            content.close()

    def _remember(self, digest: Digest, manifest: Manifest) -> None:
        with self._lock:
            if digest not in self._remembered:
                self._remembered[digest] = manifest
                self._size += len(manifest.content) + _BESIDES
            while self._size > _REMEMBERED:
                self._size -= len(self._remembered.pop(next(iter(self._remembered))).content) + _BESIDES


def _digest(content: Content, algorithm: str) -> Digest:
    found, size = hasher(algorithm), 0
    buffer = memoryview(bytearray(min(content.size, _PIECE) + 1))
    while count := content.readinto(buffer, size):
        found.update(buffer[:count])
        size += count
    return Digest(algorithm, found.hexdigest())


def identity(digest: Digest) -> Sequence[tuple[str, str]]:
    """The headers that say which content this is."""
    return (("Docker-Content-Digest", str(digest)), ("ETag", f'"{digest}"'))


def is_current(if_none_match: str | None, digest: Digest) -> bool:
    """Whether a client that sent this has the content already (RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    known = [tag.strip(" \t").removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in known or f'"{digest}"' in known


@lru_cache(maxsize=1024)
def linked(link: bytes) -> Digest | None:
    """What a link file names; None where it was cut off or written by nobody that we know."""
    return Digest.parse(link.decode("ascii", "replace").strip())

"""Content by digest, kept once for all repositories: manifests are verified when read, blobs are touched when used."""

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
from registry_gitops.registry.contents.identifiers import Digest, new_hash
from registry_gitops.registry.contents.manifest_parser import ParsedManifest, parse_stored
from registry_gitops.registry.storage import OpenFile, Stat, Storage

_TOUCH_AFTER: Final = 60.0
"""Seconds after which a file is touched again. The grace period of garbage collection is much longer."""

_SMALL: Final = 64 * 1024
_READ_SIZE: Final = 256 * 1024
_CACHE_SIZE: Final = 4 * 1024 * 1024
_CACHE_OVERHEAD: Final = 2048
"""Bytes that a cached manifest takes in addition to its own."""


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """The bytes of a manifest, which match its digest, and the headers of their response."""

    content: bytes
    headers: list[tuple[str, str]]
    """Shared by all responses: callers must not change it."""

    def parse(self) -> ParsedManifest:
        """Parse the bytes."""
        return parse_stored(self.content)


class ContentStore:
    """All content, by digest. The most recently read small manifests are cached, up to 4 MiB."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._cache: dict[Digest, StoredManifest] = {}
        self._cached_bytes = 0
        self._lock = Lock()

    def get_manifest(self, digest: Digest) -> StoredManifest | None:
        """Return a manifest; None if it is missing or corrupt: a client that asks before it pushes then replaces it."""
        manifest = self._cache.get(digest)
        if manifest is not None:
            return manifest
        content = self._storage.read(layout.blob_data_path(digest))
        if content is None or Digest.of(content, digest.algorithm) != digest:
            return None
        headers = [("Content-Type", parse_stored(content).media_type), *digest_headers(digest)]
        manifest = StoredManifest(content, headers)
        if len(content) <= _SMALL:
            self._add_to_cache(digest, manifest)
        return manifest

    def open_blob(self, digest: Digest) -> OpenFile | None:
        """Open a blob; None if it is missing, or small and corrupt: then it is deleted. Clients verify large blobs."""
        file = self._storage.open(layout.blob_data_path(digest))
        if file is None or file.size > _SMALL:
            return file
        try:
            is_intact = _read_digest(file, digest.algorithm) == digest
        except BaseException:
            file.close()
            raise
        if is_intact:
            return file
        file.close()
        self.delete_if_corrupt(digest)
        return None

    def touch_blob(self, digest: Digest) -> Stat | None:
        """Return the size of a blob, which garbage collection keeps from now on; None if it is missing."""
        return self.touch(layout.blob_data_path(digest))

    def touch(self, path: str) -> Stat | None:
        """Do the same for any file."""
        stat = self._storage.stat(path)
        if stat is not None and stat.modified < time.time() - _TOUCH_AFTER:
            # If the storage cannot be written, garbage collection cannot delete either.
            with suppress(OSError):
                return stat if self._storage.touch(path) else None
        return stat

    def delete_if_corrupt(self, digest: Digest) -> None:
        """Read a blob, and delete it if it does not match its digest: then the next client that needs it pushes it."""
        path = layout.blob_data_path(digest)
        while (modified := self._corrupt_since(path, digest)) is not None:
            with suppress(OSError):
                # If it was written meanwhile, read it again: a push may have replaced it.
                if not self._storage.expire(path, math.nextafter(modified, math.inf)):
                    continue
            return

    def _corrupt_since(self, path: str, digest: Digest) -> float | None:
        """Return when a blob that does not match its digest was modified; None if it matches, or is missing."""
        stat = self._storage.stat(path)
        file = self._storage.open(path) if stat else None
        if stat is None or file is None:
            return None
        try:
            return stat.modified if _read_digest(file, digest.algorithm) != digest else None
        finally:
            file.close()

    def _add_to_cache(self, digest: Digest, manifest: StoredManifest) -> None:
        with self._lock:
            if digest not in self._cache:
                self._cache[digest] = manifest
                self._cached_bytes += len(manifest.content) + _CACHE_OVERHEAD
            while self._cached_bytes > _CACHE_SIZE:
                self._cached_bytes -= len(self._cache.pop(next(iter(self._cache))).content) + _CACHE_OVERHEAD


def _read_digest(file: OpenFile, algorithm: str) -> Digest:
    hash_, size = new_hash(algorithm), 0
    buffer = memoryview(bytearray(min(file.size, _READ_SIZE) + 1))
    while count := file.readinto(buffer, size):
        hash_.update(buffer[:count])
        size += count
    return Digest(algorithm, hash_.hexdigest())


def digest_headers(digest: Digest) -> Sequence[tuple[str, str]]:
    """Return the response headers that identify content."""
    return (("Docker-Content-Digest", str(digest)), ("ETag", f'"{digest}"'))


def matches_etag(if_none_match: str | None, digest: Digest) -> bool:
    """Return whether a client with this If-None-Match header has the content already (RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    tags = [tag.strip(" \t").removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or f'"{digest}"' in tags


@lru_cache(maxsize=1024)
def parse_link(link: bytes) -> Digest | None:
    """Parse a link file and return its digest, or None if the content is not a digest."""
    return Digest.parse(link.decode("ascii", "replace").strip())

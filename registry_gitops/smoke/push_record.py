"""What a run pushed, so that its end can delete it, or list what stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

DELETION_REFUSED: Final = (400, 401, 403, 405)
"""Status codes of a registry that deletes nothing, or not for this user."""


@dataclass
class PushRecord:
    """What a run pushed: manifests by repository and digest with their tags, blobs, and open uploads. Thread-safe.

    An entry is added before the request, so that nothing is missed if the response is lost.
    """

    manifests: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    blobs: dict[tuple[str, str], None] = field(default_factory=dict)
    uploads: dict[str, None] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes by digest."""
    empty_repositories: tuple[str, ...] = ()
    """Those that the registry lists although nothing is left in them: distribution cannot forget a name."""
    is_deletion_refused: bool = False
    """Whether the registry refuses to delete images. Then every run pushes the same."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add_manifest(self, repository: str, digest: str, tag: str | None = None, size: int = 0) -> None:
        """Add a manifest of `size` bytes that is about to be pushed, and move the tag to it."""
        with self.lock:
            for (name, other), tags in self.manifests.items():
                if name == repository and other != digest:
                    tags.discard(tag or "")
            self.manifests.setdefault((repository, digest), set()).update([tag] if tag else [])
            self._add_size(digest, size)

    def discard_manifest(self, repository: str, digest: str, tag: str | None) -> None:
        """Discard a manifest that was refused under this tag, or by its digest."""
        with self.lock:
            tags = self.manifests.get((repository, digest), set())
            tags.discard(tag or "")
            if not tags:
                self.manifests.pop((repository, digest), None)

    def add_blob(self, repository: str, digest: str, size: int = 0) -> None:
        """Add a blob of `size` bytes that is about to be pushed."""
        with self.lock:
            self.blobs[(repository, digest)] = None
            self._add_size(digest, size)

    def discard_blob(self, repository: str, digest: str) -> None:
        """Discard a blob that was refused."""
        with self.lock:
            self.blobs.pop((repository, digest), None)

    def add_upload(self, url: str) -> None:
        """Add an open upload."""
        with self.lock:
            self.uploads[url] = None

    def discard_upload(self, url: str) -> None:
        """Discard an upload that is finished or canceled."""
        with self.lock:
            self.uploads.pop(url, None)

    @property
    def repositories(self) -> list[str]:
        """The names of the repositories with a manifest or blob."""
        return sorted({repository for repository, _ in (*self.manifests, *self.blobs)})

    def list_entries(self) -> tuple[str, ...]:
        """Return all that the record has, a line each."""
        return (
            *(_format_line("manifest", *key, sorted(tags)) for key, tags in self.manifests.items()),
            *(_format_line("blob", *key) for key in self.blobs),
            *(f"unfinished upload {urlsplit(url).path}" for url in self.uploads),
            *(f"the name of the empty repository {name}" for name in self.empty_repositories),
        )

    def summarize(self) -> str:
        """Return how many of what kind the record has, and their bytes, in one line, or "" if it is empty."""
        counts = ", ".join(self._list_counts())
        digests = {digest for _, digest in (*self.manifests, *self.blobs)}
        if not digests:
            return counts
        # A registry stores a blob once, in however many repositories it is.
        size = _format_size(sum(self.sizes.get(digest, 0) for digest in digests))
        again = "; every run pushes the same again, so that no more gets left" if self.is_deletion_refused else ""
        return f"{counts}: {size}{again}"

    def _list_counts(self) -> Iterator[str]:
        if self.manifests:
            tags = sum(map(len, self.manifests.values()))
            yield _count(len(self.manifests), "manifest") + (f" with {_count(tags, 'tag')}" if tags else "")
        if self.blobs:
            yield _count(len(self.blobs), "blob")
        if self.uploads:
            yield _count(len(self.uploads), "unfinished upload")
        if self.empty_repositories:
            yield _count(len(self.empty_repositories), "empty repository", "empty repositories")

    def _add_size(self, digest: str, size: int) -> None:
        self.sizes[digest] = max(size, self.sizes.get(digest, 0))


def _format_line(kind: str, repository: str, digest: str, tags: list[str] | None = None) -> str:
    return f"{kind} {repository}@{digest}{' with the tags ' if tags else ''}{', '.join(tags or [])}"


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def _format_size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"

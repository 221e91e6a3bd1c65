"""What a storage offers. The two promises are in the docstring of the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from registry_gitops.registry.messages import FilePart


@dataclass(frozen=True, slots=True)
class Stat:
    """What is known of a file without opening it."""

    size: int
    """Bytes."""
    modified: float
    """When it was last written, published, or touched, in seconds since the epoch."""


class OpenFile(Protocol):
    """A file that is open for reading."""

    size: int

    def part(self, offset: int, count: int) -> bytes | FilePart:
        """Return a part of it, for the body of a response. The file of a FilePart is this one."""
        ...

    def readinto(self, buffer: memoryview, offset: int) -> int:
        """Read the bytes at `offset` into `buffer` and return their number; 0 at the end."""
        ...

    def close(self) -> None:
        """Close it. After a FilePart was given away, the response closes it instead."""


class Draft(Protocol):
    """A file that grows; readers cannot see it until it is published."""

    size: int
    """Bytes written so far."""

    def append(self, data: memoryview) -> None:
        """Add all of `data`. After an error `size` and the file are unchanged."""

    def truncate(self, size: int) -> None:
        """Delete everything after the first `size` bytes."""

    def sync(self) -> None:
        """Return when all bytes are durable."""

    def readinto(self, buffer: memoryview, offset: int) -> int:
        """Read the bytes at `offset` into `buffer` and return their number; 0 at the end."""
        ...

    def close(self) -> None:
        """Close it. It keeps its path."""


class Storage(Protocol):
    """Files by relative path, with `/`, without `.`, `..`, or empty parts: the layout builds paths of parsed names.

    Raises OSError if the disk refuses, or if the root itself is missing. A file that is missing is None, False, or an
    empty list, never an error.
    """

    def read(self, path: str) -> bytes | None:
        """Return the content of a small file; None if it is missing."""

    def stat(self, path: str) -> Stat | None:
        """Return size and time of a file; None if it is missing."""

    def open(self, path: str) -> OpenFile | None:
        """Open a file to send it or to read it in parts; None if it is missing."""

    def names(self, path: str) -> list[str]:
        """Return the sorted entries of a directory, none if it is missing. Callers share the list: do not change it."""
        ...

    def touch(self, path: str) -> bool:
        """Set the time of a file to now, and return whether it exists."""
        ...

    def publish(self, *stages: Mapping[str, bytes | Draft]) -> None:
        """Write files, or replace them. A draft is closed, and moves from its path to this one.

        The files of a stage are durable before one of the next stage can be seen. A new directory appears with
        everything that the stage puts into it, except for drafts: their directory can be seen without them.
        After an error nothing of this stage and the next ones has changed, as far as the disk permits to undo it, and
        no temporary file remains.
        """

    def remove(self, path: str) -> bool:
        """Delete a file, or a directory with its content; return whether it existed. Parents stay: see `prune`."""
        ...

    def expire(self, path: str, before: float, *, witness: str | None = None, dry_run: bool = False) -> bool:
        """Delete a file or directory as `remove` does if it is older than `before`, and return whether it was.

        It is old if neither it, nor anything in it, nor the file `witness` (if that exists) was written or touched
        at `before` or later. Safe while others write: the times are read again once nobody can reach it,
        and what is young by then is restored, unless there is a new one. With `dry_run` it stays. Not durable: after a
        power loss it can be there again, complete.
        """
        ...

    def prune(self, path: str) -> bool:
        """Delete a directory if it is empty, and return whether it was. Not durable: at worst it is back, empty."""
        ...

    def draft(self, path: str, *, new: bool) -> Draft | None:
        """Open a draft: create it and its directories if `new`, else return the existing one, or None."""

    def probe(self) -> None:
        """Write, sync, and delete a small file. Raises OSError if the storage cannot be written."""

    def close(self) -> None:
        """Release what is held."""

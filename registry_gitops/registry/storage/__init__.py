"""Files by path, for everything that the registry keeps: on a disk, or in memory. Knows no HTTP and no layout.

Two promises carry the rest. What `publish` and `remove` did when they return is done for good: it survives a crash and
a power cut. And what they do to one path happens at once: a reader sees all or nothing, whenever the process ends.
"""

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
    """When it was last written, published or touched, in seconds since the epoch."""


class Content(Protocol):
    """An open file."""

    size: int

    def part(self, offset: int, count: int) -> bytes | FilePart:
        """A part of it, for the body of a response. A FilePart's file is this one."""

    def readinto(self, buffer: memoryview, offset: int) -> int:
        """Put what is at `offset` into `buffer` and say how many bytes; 0 at the end."""

    def close(self) -> None:
        """Close it. Not after a FilePart was given away: then the response closes it."""


class Draft(Protocol):
    """A file that grows, and that others see only when it is published."""

    size: int
    """Bytes that are there."""

    def append(self, data: memoryview) -> None:
        """Add all of `data`. After an error `size` is what it was, and so is the file."""

    def truncate(self, size: int) -> None:
        """Forget what is behind `size`."""

    def sync(self) -> None:
        """Return when all that was added is there for good."""

    def readinto(self, buffer: memoryview, offset: int) -> int:
        """Put what is at `offset` into `buffer` and say how many bytes; 0 at the end."""

    def close(self) -> None:
        """Close it. It stays where it is."""


class Storage(Protocol):
    """Paths are relative, with `/`, and hold no `.`, `..` or empty part: the layout makes them out of parsed names.

    Raises OSError for what the disk refuses, and where the root itself is gone. What is not there is None, False or
    nothing at all, never an error.
    """

    def read(self, path: str) -> bytes | None:
        """The whole of a small file; None where there is none."""

    def stat(self, path: str) -> Stat | None:
        """Size and time of a file; None where there is none."""

    def open(self, path: str) -> Content | None:
        """A file to send or to read in parts; None where there is none."""

    def names(self, path: str) -> list[str]:
        """The entries of a folder in the order of their characters; none where there is no folder.

        Not to be changed: others may get the same list.
        """

    def touch(self, path: str) -> bool:
        """Set the time of a file to now, and say whether it is there."""

    def publish(self, *stages: Mapping[str, bytes | Draft]) -> None:
        """Put files in place, replacing what is there. A draft moves; it is closed, and no longer where it was.

        The files of a stage are there for good before one of the next stage can be seen. A folder that is not there yet
        appears with all that the stage puts into it, except for drafts, whose folder may be seen without them.
        After an error, nothing of this stage and the next ones has changed, as far as the disk allows to undo it, and
        no temporary file is left.
        """

    def remove(self, path: str) -> bool:
        """Remove a file, or a folder with all that is in it, and say whether it was there.

        Folders above it stay, even empty ones: see `prune`.
        """

    def expire(self, path: str, before: float, *, witness: str | None = None, dry_run: bool = False) -> bool:
        """Remove a file or folder as `remove` does if it is as old as that, and say whether it was there and is so.

        It is old if neither it, nor anything in it, nor the file `witness` (where there is one) was written or touched
        at `before` or later. Safe while others write: this is looked at once more when nobody can reach it any longer,
        and what turns out to be young then is put back, unless there is a new one by now. With `dry_run` it stays. Not
        durable: after a power cut it may be there again, whole.
        """

    def prune(self, path: str) -> bool:
        """Remove a folder if nothing is in it, and say whether it did. Not durable: it comes back empty at worst."""

    def draft(self, path: str, *, new: bool) -> Draft | None:
        """A file to add to: made with its folders if `new`, else the one that is there, or None."""

    def probe(self) -> None:
        """Write, sync and remove a small file: raises OSError when the storage cannot be written."""

    def close(self) -> None:
        """Give back what is held."""

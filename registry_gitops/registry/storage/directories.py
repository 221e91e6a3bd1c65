"""The directories below a base: which ones are durable, so that they need no fsync, and which are no symbolic links.

Paths are relative to the base, and strings: pathlib would cost more than the system calls.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from typing import Final

_MAX_CACHED: Final = 16_384
"""Directories cached, about 2 MiB; then the cache is emptied."""


class Directories:
    """What is known of the directories. Thread-safe: all threads share it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._plain: set[str] = set()
        self._durable: set[str] = set()

    def is_plain_directory(self, directory: str) -> bool:
        """Whether a directory exists without a symbolic link in its path, which could lead out of the base.

        Read once and cached: the registry never creates such links, and a user who can create one in the data directory
        of a running registry can do worse.
        """
        if not directory or directory in self._plain:
            return True
        if not self.is_plain_directory(parent(directory)):
            return False
        try:
            mode = os.lstat(f"{self.base}/{directory}").st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
        if not stat.S_ISDIR(mode):
            return False
        _add(self._plain, [directory])
        return True

    def first_missing(self, path: str) -> str:
        """Return the first missing directory of `path`, or `path`. Raises OSError if one is a file or a link."""
        ends = [end for end, character in enumerate(path) if character == "/"]
        while ends and path[: ends[-1]] not in self._durable:
            ends.pop()
        end = path.find("/", ends[-1] + 1 if ends else 0)
        while end >= 0:
            directory = path[:end]
            if not self._exists(directory):
                return directory
            end = path.find("/", end + 1)
        return path

    def create(self, directory: str) -> None:
        """Create a directory, and those above it."""
        while (missing := self.first_missing(f"{directory}/")) != f"{directory}/":
            try:
                os.mkdir(f"{self.base}/{missing}")
            except FileExistsError:
                continue
            except FileNotFoundError:
                self.forget(parents(missing))
                if not os.path.isdir(self.base):
                    raise

    def sync(self, directories: Iterable[str]) -> None:
        """Return when all changes in these directories are durable, and they are durable themselves."""
        synced: set[str] = set()
        new = []
        for changed in directories:
            directory = changed
            while directory not in synced:
                sync_directory(f"{self.base}/{directory}")
                synced.add(directory)
                if not directory or directory in self._durable:
                    break
                new.append(directory)
                directory = parent(directory)
        self.mark_durable(new)

    def sync_nearest(self, directory: str) -> None:
        """Return when a removal from a directory is durable. If it was pruned meanwhile, sync the one above it."""
        try:
            sync_directory(f"{self.base}/{directory}")
        except FileNotFoundError:
            if not directory:
                raise
            self.sync_nearest(parent(directory))

    def mark_durable(self, directories: Iterable[str]) -> None:
        """Remember that these are durable."""
        _add(self._durable, directories)

    def forget(self, directories: Iterable[str]) -> None:
        """Forget that these are durable: they turned out to be missing."""
        self._durable.difference_update(directories)

    def _exists(self, directory: str) -> bool:
        try:
            mode = os.lstat(f"{self.base}/{directory}").st_mode
        except FileNotFoundError:
            return False
        if stat.S_ISDIR(mode):
            return True
        if stat.S_ISLNK(mode):
            raise OSError(errno.ELOOP, "a symbolic link where a directory should be")
        raise OSError(errno.ENOTDIR, "a file where a directory should be")


def parent(path: str) -> str:
    """Return the directory of a path; empty for the base."""
    return path.rpartition("/")[0]


def parents(path: str) -> Iterator[str]:
    """Yield the directories of a path, from the lowest to the base."""
    while path:
        path = parent(path)
        yield path


def sync_directory(path: str) -> None:
    """Return when the entries of a directory are on the disk."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _add(cache: set[str], directories: Iterable[str]) -> None:
    if len(cache) >= _MAX_CACHED:
        cache.clear()
    cache.update(directories)

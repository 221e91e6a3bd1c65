"""The folders below a base: which are there for good, so that they need no fsync, and which are no symbolic links.

Paths are relative to the base and text: pathlib would cost more than the system calls.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from typing import Final

_REMEMBERED: Final = 16_384
"""Folders kept in mind, some 2 MiB; then all are forgotten, and looked at again."""


class Folders:
    """What is known of folders. For several threads: what one finds out or makes, the others see."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._real: set[str] = set()
        self._lasting: set[str] = set()

    def real(self, folder: str) -> bool:
        """Whether a folder is there, and neither it nor one above it a symbolic link, which could lead out of the base.

        Looked at once, for we never make such links: whoever may put one into a root while it is served can do more.
        """
        if not folder or folder in self._real:
            return True
        if not self.real(parent(folder)):
            return False
        try:
            mode = os.lstat(f"{self.base}/{folder}").st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
        if not stat.S_ISDIR(mode):
            return False
        _remember(self._real, [folder])
        return True

    def missing(self, path: str) -> str:
        """The first of the folders of `path` that is not there; `path` itself if all are. Raises for what is none."""
        ends = [end for end, character in enumerate(path) if character == "/"]
        while ends and path[: ends[-1]] not in self._lasting:
            ends.pop()
        end = path.find("/", ends[-1] + 1 if ends else 0)
        while end >= 0:
            folder = path[:end]
            if not self._there(folder):
                return folder
            end = path.find("/", end + 1)
        return path

    def make(self, folder: str) -> None:
        """Make a folder where it is to be, and those above it."""
        while (missing := self.missing(f"{folder}/")) != f"{folder}/":
            try:
                os.mkdir(f"{self.base}/{missing}")
            except FileExistsError:
                continue
            except FileNotFoundError:
                self.forget(above(missing))
                if not os.path.isdir(self.base):
                    raise

    def sync(self, folders: Iterable[str]) -> None:
        """Return when all that was done in these folders is done for good, and they are there for good themselves."""
        synced: set[str] = set()
        new = []
        for each in folders:
            folder = each
            while folder not in synced:
                sync_folder(f"{self.base}/{folder}")
                synced.add(folder)
                if not folder or folder in self._lasting:
                    break
                new.append(folder)
                folder = parent(folder)
        self.last(new)

    def sync_nearest(self, folder: str) -> None:
        """Return when what was taken out of a folder is gone for good. If it is pruned by now, the one above counts."""
        try:
            sync_folder(f"{self.base}/{folder}")
        except FileNotFoundError:
            if not folder:
                raise
            self.sync_nearest(parent(folder))

    def last(self, folders: Iterable[str]) -> None:
        """Remember that these are there for good."""
        _remember(self._lasting, folders)

    def forget(self, folders: Iterable[str]) -> None:
        """Unlearn that these are there for good: they turned out to be gone."""
        self._lasting.difference_update(folders)

    def _there(self, folder: str) -> bool:
        try:
            mode = os.lstat(f"{self.base}/{folder}").st_mode
        except FileNotFoundError:
            return False
        if stat.S_ISDIR(mode):
            return True
        if stat.S_ISLNK(mode):
            raise OSError(errno.ELOOP, "a symbolic link where a folder should be")
        raise OSError(errno.ENOTDIR, "a file where a folder should be")


def parent(path: str) -> str:
    """The folder of a path; empty for the base."""
    return path.rpartition("/")[0]


def above(path: str) -> Iterator[str]:
    """The folders of a path, from the lowest to the base."""
    while path:
        path = parent(path)
        yield path


def sync_folder(path: str) -> None:
    """Return when the entries of a folder are on the disk."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remember(known: set[str], folders: Iterable[str]) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known.update(folders)

"""A storage on a disk, below `<root>/docker/registry/v2`."""

# ruff: noqa: D102 (Storage documents the methods)

from __future__ import annotations

import errno
import math
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from registry_gitops.registry.storage.directories import Directories, parent, sync_directory
from registry_gitops.registry.storage.disk_files import READ, DiskDraft, DiskFile
from registry_gitops.registry.storage.interface import Draft, Stat
from registry_gitops.registry.storage.listings import Listings
from registry_gitops.registry.storage.publication import Publication
from registry_gitops.registry.storage.scratch import Scratch

DATA_PATH: Final = "docker/registry/v2"
"""Where distribution keeps its data below the root."""

_ABSENT: Final = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP))
_Answer = TypeVar("_Answer")


class FileStorage:
    """See `Storage`. Creates the root if it is missing; with `read_only` it never writes.

    Symbolic links below the root count as missing, and nothing is written through one. If something is missing because
    the root was replaced or deleted, that is an error (ENODEV).
    """

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        self._top = f"{os.path.realpath(root)}/{DATA_PATH}"
        if not read_only:
            _make_root(self._top)
        self._identity = _identity(self._top)
        self._prefix = f"{self._top}/"
        self._directories = Directories(self._top)
        self._listings = Listings()
        self._own_scratch = None if read_only else Scratch(self._directories)

    def read(self, path: str) -> bytes | None:
        file = self._open(path)
        if file is None:
            return None
        try:
            data = os.read(file, 4096)
            if len(data) < 4096:
                return data
            parts = [data]
            while data := os.read(file, 1 << 20):
                parts.append(data)
            return b"".join(parts)
        finally:
            os.close(file)

    def stat(self, path: str) -> Stat | None:
        if not self._directories.is_plain_directory(parent(path)):
            return self._confirm_missing(None)
        try:
            info = os.lstat(self._prefix + path)
        except (FileNotFoundError, NotADirectoryError):
            return self._confirm_missing(None)
        return Stat(info.st_size, info.st_mtime) if stat.S_ISREG(info.st_mode) else None

    def open(self, path: str) -> DiskFile | None:
        file = self._open(path)
        return None if file is None else DiskFile(file)

    def names(self, path: str) -> list[str]:
        if not self._directories.is_plain_directory(path):
            return self._confirm_missing([])
        try:
            return self._listings.names(self._prefix + path)
        except (FileNotFoundError, NotADirectoryError):
            return self._confirm_missing([])

    def touch(self, path: str) -> bool:
        if self.stat(path) is None:
            return False
        if self._own_scratch is None:
            return True
        try:
            # By its path: a file that garbage collection has stashed is missing, even if it is still open.
            os.utime(self._prefix + path, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return self._confirm_missing(False)
        return True

    def publish(self, *stages: Mapping[str, bytes | Draft]) -> None:
        self._scratch.retry_pending()
        publication = Publication(self._directories, self._scratch)
        try:
            written = [publication.write(files) for files in stages]
            publication.sync()
            for stage in written:
                publication.place(stage)
        except FileNotFoundError:
            self._confirm_missing(None)
            raise
        finally:
            publication.close()
        for files in stages:
            for content in files.values():
                if not isinstance(content, bytes):
                    content.close()

    def remove(self, path: str) -> bool:
        gone = self._take_out(path)
        if gone is None:
            return False
        try:
            self._directories.sync_nearest(parent(path))
        except OSError:
            os.rename(gone, self._prefix + path)
            raise
        self._scratch.drop(gone)
        return True

    def expire(self, path: str, before: float, *, witness: str | None = None, dry_run: bool = False) -> bool:
        if before == math.inf and not dry_run:
            # Nothing is too young for that, so nothing has to be restored.
            gone = self._take_out(path)
            if gone:
                self._scratch.drop(gone)
            return gone is not None
        absolute = self._prefix + path
        if not self._directories.is_plain_directory(parent(path)) or not self._is_old(absolute, witness, before):
            return self._confirm_missing(False)
        if dry_run:
            return True
        scratch = self._scratch
        stashed = scratch.stash(path)
        if stashed is None:
            return self._confirm_missing(False)
        old = False
        try:
            old = self._is_old(stashed, witness, before)
        finally:
            (scratch.drop if old else scratch.restore)(stashed)
        return old

    def prune(self, path: str) -> bool:
        self._scratch  # noqa: B018 (raises if the storage is read-only)
        if not self._directories.is_plain_directory(path):
            return self._confirm_missing(False)
        try:
            os.rmdir(self._prefix + path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR):
                raise
            return False
        return True

    def draft(self, path: str, *, new: bool) -> DiskDraft | None:
        if new:
            self._scratch  # noqa: B018
            self._confirm_missing(None)
        elif not self._directories.is_plain_directory(parent(path)):
            return self._confirm_missing(None)
        try:
            if new:
                self._directories.create(parent(path))
            return DiskDraft(self._prefix + path, new=new)
        except OSError as error:
            if error.errno not in _ABSENT or self._confirm_missing(new):
                raise
            return None

    def probe(self) -> None:
        self._confirm_missing(None)
        if self._own_scratch is None:
            os.listdir(self._top)
            return
        self._own_scratch.retry_pending()
        path = self._own_scratch.new_path()
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                os.write(file, b"probe")
                os.fsync(file)
            finally:
                os.close(file)
        finally:
            gone = self._own_scratch.drop(path)
        if not gone:
            raise OSError(errno.EIO, "a file cannot be removed")

    def close(self) -> None:
        if self._own_scratch:
            self._own_scratch.close()

    @property
    def _scratch(self) -> Scratch:
        if self._own_scratch is None:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return self._own_scratch

    def _take_out(self, path: str) -> str | None:
        """Move a file or directory to the scratch directory, and return its path there; None if it is missing."""
        gone = self._scratch.new_path()
        if not self._directories.is_plain_directory(parent(path)):
            return self._confirm_missing(None)
        try:
            os.rename(self._prefix + path, gone)
        except (FileNotFoundError, NotADirectoryError):
            return self._confirm_missing(None)
        return gone

    def _open(self, path: str) -> int | None:
        if not self._directories.is_plain_directory(path.rpartition("/")[0]):
            return self._confirm_missing(None)
        try:
            return os.open(self._prefix + path, READ)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            return self._confirm_missing(None)

    def _confirm_missing(self, answer: _Answer) -> _Answer:
        """Return `answer`, which means that a path is missing. Raises OSError if the root was deleted or replaced."""
        with suppress(FileNotFoundError, NotADirectoryError):
            if _identity(self._top) == self._identity:
                return answer
        raise OSError(errno.ENODEV, "the storage is gone")

    def _is_old(self, absolute: str, witness: str | None, before: float) -> bool:
        try:
            if _newest(absolute) >= before:
                return False
        except FileNotFoundError:
            return False
        seen = self.stat(witness) if witness else None
        return seen is None or seen.modified < before


def _make_root(top: str) -> None:
    missing = []
    directory = top
    while not os.path.isdir(directory):
        missing.append(directory)
        directory = os.path.dirname(directory)
    for directory in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(directory)
        sync_directory(os.path.dirname(directory))


def _identity(path: str) -> tuple[int, int]:
    info = os.stat(path)
    return info.st_dev, info.st_ino


def _newest(path: str) -> float:
    """Return when a file, or a directory or anything in it, was last written or touched."""
    info = os.lstat(path)
    newest = info.st_mtime
    if stat.S_ISDIR(info.st_mode):
        for name in os.listdir(path):
            newest = max(newest, _newest(f"{path}/{name}"))
    return newest

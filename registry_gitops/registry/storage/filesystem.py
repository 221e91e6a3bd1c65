"""A storage on a disk, below `<root>/docker/registry/v2`."""

# ruff: noqa: D102 (Storage says what its methods do)

from __future__ import annotations

import errno
import math
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from registry_gitops.registry.contents.layout import PREFIX
from registry_gitops.registry.storage import Draft, Stat
from registry_gitops.registry.storage.directories import Folders, parent, sync_folder
from registry_gitops.registry.storage.disk_files import READ, FileContent, FileDraft
from registry_gitops.registry.storage.listings import Listings
from registry_gitops.registry.storage.publication import Publication
from registry_gitops.registry.storage.scratch import Scratch

_ABSENT: Final = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP))
_Answer = TypeVar("_Answer")


class FileStorage:
    """See `Storage`. Makes what is missing of the root, unless `read_only`: then nothing is ever written.

    Symbolic links below the root are as good as not there, and nothing is written through one. That the root is another
    one now, or gone, is an error (ENODEV) wherever something seems to be missing.
    """

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        self._top = f"{os.path.realpath(root)}/{PREFIX}"
        if not read_only:
            _make_root(self._top)
        self._identity = _identity(self._top)
        self._prefix = f"{self._top}/"
        self._folders = Folders(self._top)
        self._listings = Listings()
        self._own = None if read_only else Scratch(self._folders)

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
        if not self._folders.real(parent(path)):
            return self._nothing(None)
        try:
            found = os.lstat(self._prefix + path)
        except (FileNotFoundError, NotADirectoryError):
            return self._nothing(None)
        return Stat(found.st_size, found.st_mtime) if stat.S_ISREG(found.st_mode) else None

    def open(self, path: str) -> FileContent | None:
        file = self._open(path)
        return None if file is None else FileContent(file)

    def names(self, path: str) -> list[str]:
        if not self._folders.real(path):
            return self._nothing([])
        try:
            return self._listings.names(self._prefix + path)
        except (FileNotFoundError, NotADirectoryError):
            return self._nothing([])

    def touch(self, path: str) -> bool:
        if self.stat(path) is None:
            return False
        if self._own is None:
            return True
        try:
            # By its path: what garbage collection has laid aside is not there any more, whoever has it open.
            os.utime(self._prefix + path, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return self._nothing(False)
        return True

    def publish(self, *stages: Mapping[str, bytes | Draft]) -> None:
        self._scratch.tidy()
        publication = Publication(self._folders, self._scratch)
        try:
            written = [publication.write(files) for files in stages]
            publication.sync()
            for stage in written:
                publication.place(stage)
        except FileNotFoundError:
            self._nothing(None)
            raise
        finally:
            publication.close()
        for files in stages:
            for content in files.values():
                if not isinstance(content, bytes):
                    content.close()

    def remove(self, path: str) -> bool:
        gone = self._taken_out(path)
        if gone is None:
            return False
        try:
            self._folders.sync_nearest(parent(path))
        except OSError:
            os.rename(gone, self._prefix + path)
            raise
        self._scratch.drop(gone)
        return True

    def expire(self, path: str, before: float, *, witness: str | None = None, dry_run: bool = False) -> bool:
        if before == math.inf and not dry_run:
            # Nothing can be too young for that, so that nothing will have to be put back.
            gone = self._taken_out(path)
            if gone:
                self._scratch.drop(gone)
            return gone is not None
        place = self._prefix + path
        if not self._folders.real(parent(path)) or not self._is_old(place, witness, before):
            return self._nothing(False)
        if dry_run:
            return True
        scratch = self._scratch
        aside = scratch.lay_aside(path)
        if aside is None:
            return self._nothing(False)
        old = False
        try:
            old = self._is_old(aside, witness, before)
        finally:
            (scratch.drop if old else scratch.put_back)(aside)
        return old

    def prune(self, path: str) -> bool:
        self._scratch  # noqa: B018 (raises where nothing may be written)
        if not self._folders.real(path):
            return self._nothing(False)
        try:
            os.rmdir(self._prefix + path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR):
                raise
            return False
        return True

    def draft(self, path: str, *, new: bool) -> FileDraft | None:
        if new:
            self._scratch  # noqa: B018
            self._nothing(None)
        elif not self._folders.real(parent(path)):
            return self._nothing(None)
        try:
            if new:
                self._folders.make(parent(path))
            return FileDraft(self._prefix + path, new=new)
        except OSError as error:
            if error.errno not in _ABSENT or self._nothing(new):
                raise
            return None

    def probe(self) -> None:
        self._nothing(None)
        if self._own is None:
            os.listdir(self._top)
            return
        self._own.tidy()
        path = self._own.name()
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                os.write(file, b"probe")
                os.fsync(file)
            finally:
                os.close(file)
        finally:
            gone = self._own.drop(path)
        if not gone:
            raise OSError(errno.EIO, "a file cannot be removed")

    def close(self) -> None:
        if self._own:
            self._own.close()

    @property
    def _scratch(self) -> Scratch:
        if self._own is None:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return self._own

    def _taken_out(self, path: str) -> str | None:
        """Where in the scratch folder a file or folder is now; None if it was not there."""
        gone = self._scratch.name()
        if not self._folders.real(parent(path)):
            return self._nothing(None)
        try:
            os.rename(self._prefix + path, gone)
        except (FileNotFoundError, NotADirectoryError):
            return self._nothing(None)
        return gone

    def _open(self, path: str) -> int | None:
        if not self._folders.real(path.rpartition("/")[0]):
            return self._nothing(None)
        try:
            return os.open(self._prefix + path, READ)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            return self._nothing(None)

    def _nothing(self, answer: _Answer) -> _Answer:
        """`answer`, that nothing is there: if the root is, for what is out of reach may be there all the same."""
        with suppress(FileNotFoundError, NotADirectoryError):
            if _identity(self._top) == self._identity:
                return answer
        raise OSError(errno.ENODEV, "the storage is gone")

    def _is_old(self, place: str, witness: str | None, before: float) -> bool:
        try:
            if _newest(place) >= before:
                return False
        except FileNotFoundError:
            return False
        seen = self.stat(witness) if witness else None
        return seen is None or seen.modified < before


def _make_root(top: str) -> None:
    """Make the folders down to `top`, there for good."""
    missing = []
    folder = top
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for folder in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(folder)
        sync_folder(os.path.dirname(folder))


def _identity(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _newest(path: str) -> float:
    """When a file was last written or touched, or a folder, or anything in it."""
    found = os.lstat(path)
    newest = found.st_mtime
    if stat.S_ISDIR(found.st_mode):
        for name in os.listdir(path):
            newest = max(newest, _newest(f"{path}/{name}"))
    return newest

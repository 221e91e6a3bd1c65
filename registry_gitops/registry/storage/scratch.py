"""A folder for what is not yet, or no longer, in its place. It ends with the process, whichever way that ends.

Each process has a folder of its own below `_scratch`, and a lock on it as long as it lives. Whoever starts next removes
the folders that nobody has locked.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections import deque
from contextlib import suppress
from itertools import count
from typing import Final

from registry_gitops.registry.storage.directories import Folders, above, parent

with suppress(ImportError):  # Not on Windows, where `require_posix` refuses all that would need it.
    import fcntl

_BACK: Final = ".back"
_TAKEN: Final = frozenset((errno.EEXIST, errno.ENOTEMPTY, errno.EISDIR, errno.ENOTDIR))


class Scratch:
    """The folder of this process. It is in the file system of the base, so that things move by a rename."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._all = f"{folders.base}/_scratch"
        folders.make("_scratch")
        self._path, self._lock = self._own()
        self._numbers = count()
        self._left: deque[str] = deque()
        self._away: deque[str] = deque()
        self._sweep()

    def name(self) -> str:
        """A path in it that nobody has had."""
        return f"{self._path}/{next(self._numbers)}"

    def lay_aside(self, path: str) -> str | None:
        """Move what is at `path`, below the base, here, and say where it is; None where there is nothing.

        If the process ends before `drop` or `put_back`, the next one puts it back.
        """
        aside = self.name()
        os.symlink(path, aside + _BACK)
        try:
            os.rename(f"{self._folders.base}/{path}", aside)
        except OSError as error:
            self.drop(aside)
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise
        return aside

    def put_back(self, aside: str) -> None:
        """Move what was laid aside to where it was, unless there is a new one by now; `tidy` does what fails here."""
        try:
            self._put_back(aside)
        except OSError:
            self._away.append(aside)
            raise
        self.drop(aside)

    def drop(self, path: str) -> bool:
        """Delete what was moved or made here, or never came, and say whether it is gone; if not, `tidy` goes on."""
        gone = remove(path + _BACK) and delete(path)
        if not gone:
            self._left.append(path)
        return gone

    def tidy(self) -> None:
        """Do what could not be done when its time was."""
        for _ in range(len(self._away)):
            with suppress(OSError, IndexError):
                self.put_back(self._away.popleft())
        for _ in range(len(self._left)):
            with suppress(IndexError):
                self.drop(self._left.popleft())

    def close(self) -> None:
        """Remove the folder."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            delete(self._path)
            os.close(lock)

    def _put_back(self, aside: str) -> None:
        path = os.readlink(aside + _BACK)
        if any(part in ("", ".", "..") for part in path.split("/")):
            return
        # Somebody may have removed them meanwhile.
        self._folders.forget(above(path))
        self._folders.make(parent(path))
        place = f"{self._folders.base}/{path}"
        try:
            # A file is linked, for a rename would replace a new one.
            (os.rename if os.path.isdir(aside) else os.link)(aside, place)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        self._folders.sync([parent(path)])

    def _own(self) -> tuple[str, int]:
        while True:
            path = f"{self._all}/{secrets.token_hex(8)}"
            os.mkdir(path)
            lock = _locked(path)
            # Another process that starts now may have seen it without a lock, and be about to remove it.
            if lock is not None and os.path.exists(path):
                return path, lock
            if lock is not None:
                os.close(lock)

    def _sweep(self) -> None:
        """Remove the folders of processes that are gone, once what was only laid aside is back in its place."""
        for name in os.listdir(self._all):
            path = f"{self._all}/{name}"
            lock = _locked(path)
            if lock is None:
                continue
            for each in os.listdir(path):
                if each.endswith(_BACK):
                    with suppress(FileNotFoundError):
                        self._put_back(f"{path}/{each.removesuffix(_BACK)}")
            delete(path)
            os.close(lock)


def remove(path: str) -> bool:
    """Remove a file or an empty folder, and say whether it is gone."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return True
    except OSError:
        try:
            os.rmdir(path)
        except OSError:
            return False
    return True


def delete(path: str) -> bool:
    """Remove a file, or a folder with all that is in it, if it is there, and say whether it is gone."""
    if remove(path):
        return True
    with suppress(OSError):  # Of the folder itself, which it does not ignore.
        shutil.rmtree(path, ignore_errors=True)
    return remove(path)


def _locked(path: str) -> int | None:
    """Lock a folder until the descriptor that is returned is closed; None if it is another's, or gone."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock

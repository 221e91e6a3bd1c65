"""A folder for what is not yet, or no longer, in its place. It ends with the process, whichever way that ends.

Each process has a folder of its own below `_scratch`, and a lock on it as long as it lives. Whoever starts next removes
the folders that nobody has locked.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
from contextlib import suppress
from itertools import count
from typing import Final

from registry_gitops.registry.storage.folders import Folders, parent

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
            os.unlink(aside + _BACK)
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise
        return aside

    def put_back(self, aside: str) -> None:
        """Move what was laid aside to where it was, unless there is a new one by now."""
        path = os.readlink(aside + _BACK)
        if any(part in ("", ".", "..") for part in path.split("/")):
            return
        self._folders.make(parent(path))
        place = f"{self._folders.base}/{path}"
        try:
            # A file is linked, for a rename would replace a new one.
            (os.rename if os.path.isdir(aside) else os.link)(aside, place)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        self._folders.sync([parent(path)])

    def drop(self, aside: str) -> None:
        """Delete what was moved here, or never came."""
        with suppress(FileNotFoundError):
            os.unlink(aside + _BACK)
        delete(aside)

    def close(self) -> None:
        """Remove the folder."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            delete(self._path)
            os.close(lock)

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
                        self.put_back(f"{path}/{each.removesuffix(_BACK)}")
            delete(path)
            os.close(lock)


def remove(path: str) -> bool:
    """Remove a file or an empty folder, and say whether it is gone. What resists stays until the next start."""
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


def delete(path: str) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if not remove(path):
        shutil.rmtree(path, ignore_errors=True)


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

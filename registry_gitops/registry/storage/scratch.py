"""A directory for files that are not yet published, or already removed. It lives no longer than its process.

Each process has its own directory below `_scratch`, and locks it as long as it lives. A process that starts deletes the
directories that no process has locked.
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

from registry_gitops.registry.storage.directories import Directories, parent, parents

with suppress(ImportError):  # On Windows `require_posix` raises before anything needs it.
    import fcntl

_BACK: Final = ".back"
"""Suffix of the symbolic link that points to the original path of something stashed."""
_TAKEN: Final = frozenset((errno.EEXIST, errno.ENOTEMPTY, errno.EISDIR, errno.ENOTDIR))


class Scratch:
    """The directory of this process. It is in the file system of the base, so that a rename moves files."""

    def __init__(self, directories: Directories) -> None:
        self._directories = directories
        self._scratch = f"{directories.base}/_scratch"
        directories.create("_scratch")
        self._path, self._lock = self._create()
        self._numbers = count()
        self._to_drop: deque[str] = deque()
        self._to_restore: deque[str] = deque()
        self._clean_up()

    def new_path(self) -> str:
        """Return a new path in it."""
        return f"{self._path}/{next(self._numbers)}"

    def stash(self, path: str) -> str | None:
        """Move `path`, below the base, here; None if it is missing. If this process dies, the next one restores it."""
        stashed = self.new_path()
        os.symlink(path, stashed + _BACK)
        try:
            os.rename(f"{self._directories.base}/{path}", stashed)
        except OSError as error:
            self.drop(stashed)
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise
        return stashed

    def restore(self, stashed: str) -> None:
        """Move a stashed path back, unless there is a new one by now. `retry_pending` repeats what fails here."""
        try:
            self._restore(stashed)
        except OSError:
            self._to_restore.append(stashed)
            raise
        self.drop(stashed)

    def drop(self, path: str) -> bool:
        """Delete a path in it, and return whether it is gone; if not, `retry_pending` tries again."""
        is_gone = delete_entry(path + _BACK) and delete_tree(path)
        if not is_gone:
            self._to_drop.append(path)
        return is_gone

    def retry_pending(self) -> None:
        """Repeat the `restore` and `drop` calls that failed."""
        for _ in range(len(self._to_restore)):
            with suppress(OSError, IndexError):
                self.restore(self._to_restore.popleft())
        for _ in range(len(self._to_drop)):
            with suppress(IndexError):
                self.drop(self._to_drop.popleft())

    def close(self) -> None:
        """Restore what is still stashed, and delete the directory. The next process repeats what fails here."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            with suppress(OSError):
                self._empty(self._path)
            os.close(lock)

    def _restore(self, stashed: str) -> None:
        path = os.readlink(stashed + _BACK)
        if any(part in ("", ".", "..") for part in path.split("/")):
            return
        # Another thread may have pruned these directories meanwhile.
        self._directories.forget(parents(path))
        self._directories.create(parent(path))
        place = f"{self._directories.base}/{path}"
        try:
            # Link a file: a rename would replace a new one.
            (os.rename if os.path.isdir(stashed) else os.link)(stashed, place)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        self._directories.sync([parent(path)])

    def _create(self) -> tuple[str, int]:
        while True:
            path = f"{self._scratch}/{secrets.token_hex(8)}"
            os.mkdir(path)
            lock = _try_lock(path)
            if lock is not None:
                return path, lock

    def _clean_up(self) -> None:
        """Restore what ended processes had stashed, and delete their directories."""
        for name in os.listdir(self._scratch):
            path = f"{self._scratch}/{name}"
            lock = _try_lock(path)
            if lock is not None:
                self._empty(path)
                os.close(lock)

    def _empty(self, path: str) -> None:
        """Restore what is stashed in the directory of a process, and delete it."""
        for entry in os.listdir(path):
            if entry.endswith(_BACK):
                with suppress(FileNotFoundError):
                    self._restore(f"{path}/{entry.removesuffix(_BACK)}")
        delete_tree(path)


def delete_entry(path: str) -> bool:
    """Delete a file or an empty directory, and return whether it is gone."""
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


def delete_tree(path: str) -> bool:
    """Delete a file, or a directory with all that it contains, and return whether it is gone."""
    if delete_entry(path):
        return True
    with suppress(OSError):  # rmtree does not ignore those of the directory itself.
        shutil.rmtree(path, ignore_errors=True)
    return delete_entry(path)


def _try_lock(path: str) -> int | None:
    """Lock a directory until the returned descriptor is closed; None if it is locked already, or missing."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        is_locked = False
    else:
        # A process that starts or ends now may have held the lock, and deleted the directory after it was opened here.
        is_locked = os.path.exists(path)
    if is_locked:
        return lock
    os.close(lock)
    return None

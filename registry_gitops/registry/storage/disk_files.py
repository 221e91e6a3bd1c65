"""Files of the disk that are open: one to read and send, and one that grows."""

# ruff: noqa: D102 (OpenFile and Draft document the methods)

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import Final

from registry_gitops.registry.messages import FilePart

READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither.
"""Flags for files that others may have created: follow no symbolic link, and do not wait for a pipe."""

SENT_AS_FILE: Final = 64 * 1024
"""Bytes from which on a part is sent by sendfile; a smaller one costs less as bytes."""

WRITTEN_BACK: Final = 8 * 1024 * 1024
"""Bytes after which the disk begins to write, so that the sync at the end has less to do."""


class DiskFile:
    """See `OpenFile`. It is also the `File` of its parts."""

    __slots__ = ("_fd", "size")

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.size = os.fstat(fd).st_size

    def part(self, offset: int, count: int) -> bytes | FilePart:
        if count >= SENT_AS_FILE:
            return FilePart(self, offset, count)
        data = os.pread(self._fd, count, offset)
        if len(data) != count:
            raise OSError(errno.EIO, "a file is shorter than it was")
        return data

    def readinto(self, buffer: memoryview, offset: int) -> int:
        return os.preadv(self._fd, [buffer], offset)

    def fileno(self) -> int:
        return self._fd

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


class DiskDraft:
    """See `Draft`. `path` is its absolute path."""

    def __init__(self, path: str, *, new: bool) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | (os.O_CREAT | os.O_EXCL if new else os.O_NONBLOCK), 0o666)
        info = os.fstat(self._fd)
        if not stat.S_ISREG(info.st_mode):
            os.close(self._fd)
            raise OSError(errno.EINVAL, "an upload that is no file")
        self.size = info.st_size
        # What it contains already was perhaps never synced.
        self._is_synced = False
        self._write_back_from = self.size
        self._error: OSError | None = None
        self._has_partial_append = False

    def append(self, data: memoryview) -> None:
        end = self.size
        try:
            while data:
                written = os.pwrite(self._fd, data, end)
                end += written
                data = data[written:]
        except OSError:
            self._has_partial_append = True
            self._delete_partial_append()
            raise
        finally:
            self._is_synced = False
        self.size = end
        if end - self._write_back_from >= WRITTEN_BACK:
            write_back(self._fd, self._write_back_from, end - self._write_back_from)
            self._write_back_from = end

    def truncate(self, size: int) -> None:
        os.ftruncate(self._fd, size)
        self.size = self._write_back_from = size
        self._is_synced = False

    def sync(self) -> None:
        if self._error:
            # The kernel forgets what it could not write: a second fsync would succeed, without the bytes.
            raise OSError(self._error.errno, self._error.strerror)
        if self._has_partial_append:
            os.ftruncate(self._fd, self.size)
            self._has_partial_append = False
        if not self._is_synced:
            try:
                os.fsync(self._fd)
            except OSError as error:
                self._error = error
                raise
            self._is_synced = True

    def readinto(self, buffer: memoryview, offset: int) -> int:
        return os.preadv(self._fd, [buffer[: max(0, self.size - offset)]], offset)

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _delete_partial_append(self) -> None:
        """Delete what a failed append left behind. If that fails too, `sync` does it."""
        try:
            os.ftruncate(self._fd, self.size)
            self._has_partial_append = False
        except OSError:
            pass


def write_back(file: int, offset: int = 0, count: int = 0) -> None:
    """Begin to write a part of a file (all after `offset` if `count` is 0), without waiting. Only Linux can."""
    if sys.platform == "linux":
        os.posix_fadvise(file, offset, count, os.POSIX_FADV_DONTNEED)

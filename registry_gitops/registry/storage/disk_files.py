"""Files that are open: one to send, and one that grows."""

# ruff: noqa: D102 (Content and Draft say what their methods do)

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import Final

from registry_gitops.registry.messages import FilePart

READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither.
"""For files that may not be ours: no symbolic link is followed, and a pipe does not keep us waiting."""

SENT_AS_FILE: Final = 64 * 1024
"""Parts of that many bytes and more are left to sendfile; smaller ones cost less as bytes."""

WRITTEN_BACK: Final = 8 * 1024 * 1024
"""After so much has been added, the disk begins with it, so that not all is left for the sync at the end."""


class FileContent:
    """See `Content`. It is the `File` of the parts that it gives too."""

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


class FileDraft:
    """See `Draft`. `path` is where it is, as the system knows it."""

    def __init__(self, path: str, *, new: bool) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | (os.O_CREAT | os.O_EXCL if new else os.O_NONBLOCK), 0o666)
        found = os.fstat(self._fd)
        if not stat.S_ISREG(found.st_mode):
            os.close(self._fd)
            raise OSError(errno.EINVAL, "an upload that is no file")
        self.size = found.st_size
        # What is there already was perhaps never synced.
        self._synced = False
        self._begun = self.size
        self._error: OSError | None = None
        self._ragged = False

    def append(self, data: memoryview) -> None:
        end = self.size
        try:
            while data:
                written = os.pwrite(self._fd, data, end)
                end += written
                data = data[written:]
        except OSError:
            self._ragged = True
            self._cut()
            raise
        finally:
            self._synced = False
        self.size = end
        if end - self._begun >= WRITTEN_BACK:
            write_back(self._fd, self._begun, end - self._begun)
            self._begun = end

    def truncate(self, size: int) -> None:
        os.ftruncate(self._fd, size)
        self.size = self._begun = size
        self._synced = False

    def sync(self) -> None:
        if self._error:
            # The kernel forgets what it could not write: a second fsync would succeed, without the bytes.
            raise OSError(self._error.errno, self._error.strerror)
        if self._ragged:
            os.ftruncate(self._fd, self.size)
            self._ragged = False
        if not self._synced:
            try:
                os.fsync(self._fd)
            except OSError as error:
                self._error = error
                raise
            self._synced = True

    def readinto(self, buffer: memoryview, offset: int) -> int:
        return os.preadv(self._fd, [buffer[: max(0, self.size - offset)]], offset)

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _cut(self) -> None:
        """Take away what an append that failed left behind. If that fails too, `sync` does it."""
        try:
            os.ftruncate(self._fd, self.size)
            self._ragged = False
        except OSError:
            pass


def write_back(file: int, offset: int = 0, count: int = 0) -> None:
    """Have the system begin to write a part of a file (all from `offset` on, if `count` is 0), and wait for nothing.

    On Linux; elsewhere fsync has all of it to do.
    """
    if sys.platform == "linux":
        os.posix_fadvise(file, offset, count, os.POSIX_FADV_DONTNEED)

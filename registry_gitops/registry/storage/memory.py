"""A storage that lasts as long as the process: for tests, and for `ReferenceRegistry()` without a root."""

# ruff: noqa: D102 (Storage documents the methods)

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Mapping
from threading import Lock

from registry_gitops.registry.storage.interface import Draft, Stat


class MemoryStorage:
    """See `Storage`. Directories are dictionaries, and one lock guards them all: every operation is short."""

    def __init__(self) -> None:
        self._root: _Directory = {}
        self._lock = Lock()

    def read(self, path: str) -> bytes | None:
        with self._lock:
            file = self._file(path)
        return None if file is None else bytes(file.data)

    def stat(self, path: str) -> Stat | None:
        with self._lock:
            file = self._file(path)
            return None if file is None else Stat(len(file.data), file.modified)

    def open(self, path: str) -> MemoryFile | None:
        with self._lock:
            file = self._file(path)
            return None if file is None else MemoryFile(file.data)

    def names(self, path: str) -> list[str]:
        with self._lock:
            node = self._find(path)
            return sorted(node) if isinstance(node, dict) else []

    def touch(self, path: str) -> bool:
        with self._lock:
            file = self._file(path)
            if file is not None:
                file.modified = time.time()
            return file is not None

    def publish(self, *stages: Mapping[str, bytes | Draft]) -> None:
        with self._lock:
            for files in stages:
                for path, content in files.items():
                    self._put(path, content)

    def remove(self, path: str) -> bool:
        with self._lock:
            return self._drop(path)

    def expire(self, path: str, before: float, *, witness: str | None = None, dry_run: bool = False) -> bool:
        with self._lock:
            node = self._find(path)
            witnessed = None if witness is None else self._file(witness)
            if node is None or any(file.modified >= before for file in (*_files(node), *filter(None, [witnessed]))):
                return False
            return dry_run or self._drop(path)

    def prune(self, path: str) -> bool:
        with self._lock:
            return self._find(path) == {} and self._drop(path)

    def draft(self, path: str, *, new: bool) -> MemoryDraft | None:
        with self._lock:
            if new:
                file = _File(bytearray())
                self._enter(path, file)
                return MemoryDraft(path, file, self._lock)
            node = self._file(path)
            return None if node is None else MemoryDraft(path, node, self._lock)

    def probe(self) -> None:
        """Do nothing: memory cannot fail."""

    def close(self) -> None:
        """Do nothing: nothing is held."""

    def _find(self, path: str) -> _Directory | _File | None:
        node: _Directory | _File | None = self._root
        for name in path.split("/"):
            if not isinstance(node, dict):
                return None
            node = node.get(name)
        return node

    def _file(self, path: str) -> _File | None:
        node = self._find(path)
        return node if isinstance(node, _File) else None

    def _put(self, path: str, content: bytes | Draft) -> None:
        if isinstance(content, bytes):
            self._enter(path, _File(bytearray(content)))
            return
        assert isinstance(content, MemoryDraft)  # noqa: S101 (a storage publishes its own drafts)
        if self._file(content.path) is not content.file:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        self._drop(content.path)
        content.file.modified = time.time()
        self._enter(path, content.file)

    def _enter(self, path: str, file: _File) -> None:
        *directories, name = path.split("/")
        directory = self._root
        for part in directories:
            inner = directory.setdefault(part, {})
            if isinstance(inner, _File):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            directory = inner
        if isinstance(directory.get(name), dict):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        directory[name] = file

    def _drop(self, path: str) -> bool:
        parent, _, name = path.rpartition("/")
        directory = self._find(parent) if parent else self._root
        return isinstance(directory, dict) and directory.pop(name, None) is not None


class _File:
    def __init__(self, data: bytearray) -> None:
        self.data = data
        self.modified = time.time()


_Directory = dict[str, "_Directory | _File"]


def _files(node: _Directory | _File) -> Iterator[_File]:
    if isinstance(node, _File):
        yield node
    else:
        for inner in node.values():
            yield from _files(inner)


class MemoryFile:
    """See `OpenFile`. A published file never changes: it is replaced."""

    def __init__(self, data: bytearray) -> None:
        self._data = memoryview(data)
        self.size = len(data)

    def part(self, offset: int, count: int) -> bytes:
        return bytes(self._data[offset : offset + count])

    def readinto(self, buffer: memoryview, offset: int) -> int:
        part = self._data[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        """Do nothing: nothing is open."""


class MemoryDraft:
    """See `Draft`."""

    def __init__(self, path: str, file: _File, lock: Lock) -> None:
        self.path = path
        self.file = file
        self.size = len(file.data)
        self._data = file.data
        self._lock = lock

    def append(self, data: memoryview) -> None:
        with self._lock:
            self._data += data
            self.size = len(self._data)
            self.file.modified = time.time()

    def truncate(self, size: int) -> None:
        with self._lock:
            del self._data[size:]
            self.size = len(self._data)

    def sync(self) -> None:
        """Do nothing: memory cannot be synced."""

    def readinto(self, buffer: memoryview, offset: int) -> int:
        part = self._data[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        """Do nothing: it keeps its path."""

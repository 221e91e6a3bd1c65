"""How files are published: durable, and stage by stage.

1. All stages are written to the scratch directory and synced: new files, and missing directories as trees.
2. Each stage is renamed into place, and the directories that this changed are synced before the next one begins.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import RLock
from typing import Final

from registry_gitops.registry.storage.directories import Directories, parent, parents, sync_directory
from registry_gitops.registry.storage.disk_files import READ, DiskDraft, write_back
from registry_gitops.registry.storage.interface import Draft
from registry_gitops.registry.storage.scratch import Scratch, delete_entry

_LOCK: Final = RLock()
"""Held to create and rename files. Each of these calls is fast and releases the GIL: many threads that compete for it
at every call use up to twice the processor time."""

_ATTEMPTS: Final = 5
_OPEN_FILES: Final = 32


@dataclass(slots=True)
class Stage:
    """A stage, and what it takes to publish it."""

    files: Mapping[str, bytes | Draft]
    written: dict[str, str] = field(default_factory=dict)
    """Target path -> path in the scratch directory, of each file or tree to rename."""
    directories: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    is_merged: bool = False
    """Whether a tree was merged into a directory of another thread, so that its own directories must be deleted."""


class Publication:
    """One publication: `write` each stage, `sync` once, `place` each stage, and `close`, even after an error."""

    def __init__(self, directories: Directories, scratch: Scratch) -> None:
        self._directories = directories
        self._base = directories.base
        self._scratch = scratch
        self._open: list[int] = []
        self._drafts: list[DiskDraft] = []
        self._new_directories: list[str] = []
        self._temporary: dict[str, list[str]] = {}
        self._undo: list[tuple[str, str]] = []

    def write(self, files: Mapping[str, bytes | Draft]) -> Stage:
        """Write the new files to the scratch directory."""
        with _LOCK:
            return self._write_stage(files)

    def sync(self) -> None:
        """Return when all written files are on the disk."""
        while self._drafts:
            self._drafts.pop().sync()
        self._sync_files()
        # Each of these directories contains a file that was just synced, and on Linux that is enough.
        while self._new_directories and sys.platform != "linux":
            sync_directory(self._new_directories.pop())

    def place(self, stage: Stage) -> None:
        """Rename a stage into place, and sync it. After an error undo it, as far as the disk permits."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with _LOCK:
                    self._place(stage)
                self._directories.sync(stage.changed)
            except OSError as error:
                self._roll_back()
                if not isinstance(error, FileNotFoundError) or attempt == _ATTEMPTS:
                    raise
                # Another thread has pruned a directory meanwhile.
                for path in stage.files:
                    self._directories.forget(parents(path))
                stage = self.write(stage.files)
                self.sync()
            else:
                self._directories.mark_durable(stage.directories)
                self._undo.clear()
                if not stage.is_merged:
                    for written in stage.written.values():
                        del self._temporary[written]
                return

    def close(self) -> None:
        """Delete everything that remains in the scratch directory."""
        for file in self._open:
            os.close(file)
        # Each by its path: a listing takes a file descriptor, and having none left may be the error that ended this.
        for paths in self._temporary.values():
            for path in reversed(paths):
                if not delete_entry(path):
                    self._scratch.drop(path)

    def _write_stage(self, files: Mapping[str, bytes | Draft]) -> Stage:
        stage = Stage(files)
        for path, content in files.items():
            if isinstance(content, DiskDraft):
                self._drafts.append(content)
                continue
            assert isinstance(content, bytes)  # noqa: S101 (a storage publishes its own drafts)
            # A directory that we create must contain all of our files, even if another thread creates it meanwhile.
            top = next((top for top in stage.written if path.startswith(f"{top}/")), None)
            top = top or self._directories.first_missing(path)
            if top == path and self._has_content(path, content):
                # The thread that wrote it may not have synced the directory yet.
                stage.changed.add(parent(path))
                continue
            if top not in stage.written:
                stage.written[top] = self._new_path()
            self._write_file(stage, top, path, content)
        return stage

    def _new_path(self) -> str:
        path = self._scratch.new_path()
        self._temporary[path] = [path]
        return path

    def _has_content(self, path: str, content: bytes) -> bool:
        """Return whether a file has this content already. If it does, touch it."""
        place = f"{self._base}/{path}"
        try:
            file = os.open(place, READ)
            try:
                same = os.read(file, len(content) + 1) == content
            finally:
                os.close(file)
            if same:
                # By its path: garbage collection may have stashed the file that was read.
                os.utime(place, follow_symlinks=False)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP):
                return False
            raise
        return same

    def _write_file(self, stage: Stage, top: str, path: str, content: bytes) -> None:
        written = stage.written[top]
        for directory in reversed([*_between(path, top)]):
            if directory not in stage.directories:
                place = written + directory[len(top) :]
                os.mkdir(place)
                stage.directories.add(directory)
                self._new_directories.append(place)
                self._temporary[written].append(place)
        if len(self._open) == _OPEN_FILES:
            self._sync_files()
        place = written + path[len(top) :]
        file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        self._open.append(file)
        self._temporary[written].append(place)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]

    def _sync_files(self) -> None:
        # Begin to write all of them, then wait for the last one first: by then the others are written too, and the file
        # system commits its journal once instead of once per file.
        for file in self._open[:-1]:
            write_back(file)
        while self._open:
            file = self._open.pop()
            try:
                os.fsync(file)
            finally:
                os.close(file)

    def _place(self, stage: Stage) -> None:
        for path, written in stage.written.items():
            self._move(stage, written, path)
            stage.changed.add(parent(path))
        for path, content in stage.files.items():
            if isinstance(content, DiskDraft):
                self._directories.create(parent(path))
                # Its last byte may be old, and garbage collection uses the time.
                os.utime(content.path)
                self._replace(content.path, path)
                stage.changed.add(parent(path))

    def _move(self, stage: Stage, written: str, path: str) -> None:
        if path not in stage.directories:
            self._replace(written, path)
            return
        try:
            self._rename(written, path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            # Another thread has created that directory meanwhile: move our files into it.
            stage.is_merged = True
            for name in os.listdir(written):
                self._move(stage, f"{written}/{name}", f"{path}/{name}")
            stage.changed.add(path)

    def _replace(self, source: str, path: str) -> None:
        """Rename a file into place, and keep the replaced one until the publication is closed."""
        old = self._new_path()
        with suppress(OSError):
            os.link(f"{self._base}/{path}", old, follow_symlinks=False)
            self._undo.append((old, f"{self._base}/{path}"))
        self._rename(source, path)

    def _rename(self, source: str, path: str) -> None:
        place = f"{self._base}/{path}"
        os.rename(source, place)
        self._undo.append((place, source))

    def _roll_back(self) -> None:
        while self._undo:
            with suppress(OSError):
                os.rename(*self._undo.pop())


def _between(path: str, top: str) -> Iterator[str]:
    for directory in parents(path):
        if len(directory) < len(top):
            return
        yield directory

"""How files get into their places for good, stage by stage.

First the contents of all stages are made to last in the scratch folder: new files, and folders that are not there yet,
as trees. Then each stage is moved into place, and the folders that this changed are synced before the next one begins.
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

from registry_gitops.registry.storage import Draft
from registry_gitops.registry.storage.directories import Folders, above, parent, sync_folder
from registry_gitops.registry.storage.disk_files import READ, FileDraft, write_back
from registry_gitops.registry.storage.scratch import Scratch, remove

_TURN: Final = RLock()
"""One thread at a time makes and moves files. Each of these calls is quick, and lets go of the interpreter's lock: many
threads that take that from one another with every call use up to twice the processor time."""

_ATTEMPTS: Final = 5
_OPEN_FILES: Final = 32


@dataclass(slots=True)
class Stage:
    """What a stage comes to."""

    files: Mapping[str, bytes | Draft]
    ready: dict[str, str] = field(default_factory=dict)
    """What is moved into place, each a file or a tree, and where it is in the scratch folder."""
    folders: set[str] = field(default_factory=set)
    """The folders in those trees."""
    changed: set[str] = field(default_factory=set)
    """The folders to sync."""
    merged: bool = False
    """Whether a tree had to be taken apart, so that its folders are left over."""


class Publication:
    """One publication: `write` each stage, `sync` them all, `place` each, and `close`, whatever has happened."""

    def __init__(self, folders: Folders, scratch: Scratch) -> None:
        self._folders = folders
        self._base = folders.base
        self._scratch = scratch
        self._open: list[int] = []
        self._drafts: list[FileDraft] = []
        self._made: list[str] = []
        self._spare: dict[str, list[str]] = {}
        self._undo: list[tuple[str, str]] = []

    def write(self, files: Mapping[str, bytes | Draft]) -> Stage:
        """Write what is new to the scratch folder."""
        with _TURN:
            return self._written(files)

    def sync(self) -> None:
        """Return when all that was written is on the disk."""
        while self._drafts:
            self._drafts.pop().sync()
        self._sync_files()
        # Each of these folders has a file in it or below it that was just synced, and on Linux that was enough.
        while self._made and sys.platform != "linux":
            sync_folder(self._made.pop())

    def place(self, stage: Stage) -> None:
        """Move a stage into place, and sync it. After an error it is undone, as far as the disk allows that."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with _TURN:
                    self._place(stage)
                self._folders.sync(stage.changed)
            except OSError as error:
                self._back()
                if not isinstance(error, FileNotFoundError) or attempt == _ATTEMPTS:
                    raise
                # Somebody has removed a folder meanwhile.
                for path in stage.files:
                    self._folders.forget(above(path))
                stage = self.write(stage.files)
                self.sync()
            else:
                self._folders.last(stage.folders)
                self._undo.clear()
                if not stage.merged:
                    for ready in stage.ready.values():
                        del self._spare[ready]
                return

    def close(self) -> None:
        """Leave nothing behind in the scratch folder."""
        for file in self._open:
            os.close(file)
        # Each by its name: to look what is there takes a file descriptor, the want of which may be what has ended this.
        for paths in self._spare.values():
            for path in reversed(paths):
                if not remove(path):
                    self._scratch.drop(path)

    def _written(self, files: Mapping[str, bytes | Draft]) -> Stage:
        stage = Stage(files)
        for path, content in files.items():
            if isinstance(content, FileDraft):
                self._drafts.append(content)
                continue
            assert isinstance(content, bytes)  # noqa: S101 (a storage publishes its own drafts)
            # A folder that we make must hold all that is ours, also if somebody else makes it meanwhile.
            top = next((top for top in stage.ready if path.startswith(f"{top}/")), None) or self._folders.missing(path)
            if top == path and self._holds(path, content):
                # Whoever put it there may not have synced the folder yet.
                stage.changed.add(parent(path))
                continue
            if top not in stage.ready:
                stage.ready[top] = self._name()
            self._write(stage, top, path, content)
        return stage

    def _name(self) -> str:
        path = self._scratch.name()
        self._spare[path] = [path]
        return path

    def _holds(self, path: str, content: bytes) -> bool:
        """Whether a file has that in it already. If so, it is touched."""
        place = f"{self._base}/{path}"
        try:
            file = os.open(place, READ)
            try:
                same = os.read(file, len(content) + 1) == content
            finally:
                os.close(file)
            if same:
                # By its path: garbage collection may have laid aside what was read.
                os.utime(place, follow_symlinks=False)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP):
                return False
            raise
        return same

    def _write(self, stage: Stage, top: str, path: str, content: bytes) -> None:
        ready = stage.ready[top]
        for folder in reversed([*_between(path, top)]):
            if folder not in stage.folders:
                place = ready + folder[len(top) :]
                os.mkdir(place)
                stage.folders.add(folder)
                self._made.append(place)
                self._spare[ready].append(place)
        if len(self._open) == _OPEN_FILES:
            self._sync_files()
        place = ready + path[len(top) :]
        file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        self._open.append(file)
        self._spare[ready].append(place)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]

    def _sync_files(self) -> None:
        # Write-back of all begins first, and what began last is waited for first: then the rest is there too, and a
        # journal commits once instead of once a file.
        for file in self._open[:-1]:
            write_back(file)
        while self._open:
            file = self._open.pop()
            try:
                os.fsync(file)
            finally:
                os.close(file)

    def _place(self, stage: Stage) -> None:
        for path, ready in stage.ready.items():
            self._move(stage, ready, path)
            stage.changed.add(parent(path))
        for path, content in stage.files.items():
            if isinstance(content, FileDraft):
                self._folders.make(parent(path))
                # Its last byte may have come long ago, and garbage collection goes by the time.
                os.utime(content.path)
                self._replace(content.path, path)
                stage.changed.add(parent(path))

    def _move(self, stage: Stage, ready: str, path: str) -> None:
        if path not in stage.folders:
            self._replace(ready, path)
            return
        try:
            self._rename(ready, path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            # Somebody else has made that folder meanwhile: what is ours goes into it.
            stage.merged = True
            for name in os.listdir(ready):
                self._move(stage, f"{ready}/{name}", f"{path}/{name}")
            stage.changed.add(path)

    def _replace(self, source: str, path: str) -> None:
        """Move a file into place, and keep what is there now until the publication is closed."""
        old = self._name()
        with suppress(OSError):
            os.link(f"{self._base}/{path}", old, follow_symlinks=False)
            self._undo.append((old, f"{self._base}/{path}"))
        self._rename(source, path)

    def _rename(self, source: str, path: str) -> None:
        place = f"{self._base}/{path}"
        os.rename(source, place)
        self._undo.append((place, source))

    def _back(self) -> None:
        while self._undo:
            with suppress(OSError):
                os.rename(*self._undo.pop())


def _between(path: str, top: str) -> Iterator[str]:
    """The folders of a path, from the lowest to `top`."""
    for folder in above(path):
        if len(folder) < len(top):
            return
        yield folder

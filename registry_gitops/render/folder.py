"""A tree of texts -> a folder: all of it or nothing, and no file that is not ours."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from registry_gitops.errors import EditedError, InputError
from registry_gitops.findings import Finding, Location
from registry_gitops.render.comparison import LIST, Action, Change, Plan, Tree, checksum, list_text, plan

_STAGED = ".registry-gitops.tmp-"


def write(tree: Tree, folder: Path | str, *, force: bool = False) -> Plan:
    """Make `folder` hold `tree`: the low-level way, which no rule has checked. Use `deploy`, which checks first.

    Writes what is new or changed, deletes files of ours that no longer belong, or changes nothing and raises
    InputError: see `write_plan`. Returns the plan that was carried out.
    """
    return write_plan(plan(tree, folder), force=force)


def write_plan(todo: Plan, *, force: bool = False) -> Plan:
    """Carry out `todo`, all of it or nothing, and return it.

    Raises InputError, with nothing changed, for a file that registry-gitops did not write, and if the directory cannot
    be written; EditedError for a file that was edited after rendering, unless `force` overwrites it.
    """
    refused = [change for change in todo.conflicts if not (force and change.action is Action.EDITED)]
    if refused:
        only_edited = all(change.action is Action.EDITED for change in refused)
        kind = EditedError if only_edited else InputError
        raise kind(_refusal(change, todo.folder) for change in refused)
    try:
        _carry_out(todo)
    except OSError as error:
        place = str(error.filename2 or error.filename or todo.folder)
        if _STAGED in place:  # of which the user knows nothing
            place = str(todo.folder)
        # A file, or a link to nothing, is where a directory has to be created.
        why = "not a directory" if isinstance(error, FileExistsError) else error.strerror
        raise InputError.of(f"cannot be written: {why}; nothing was changed", place) from None
    return todo


def _refusal(change: Change, folder: Path) -> Finding:
    location = Location(str(folder / change.path))
    if change.action is Action.FOREIGN:
        message = "exists, but registry-gitops did not write it: move it, or pass another --output-dir"
        return Finding(id="unowned-file", message=message, location=location)
    message = "was edited after rendering: move the edit to the config file, or overwrite it with --force"
    return Finding(id="edited-file", message=message, location=location)


def _carry_out(todo: Plan) -> None:
    now = {change.path: frozenset({checksum(change.after)}) for change in todo.changes if change.after is not None}
    if not todo.pending and now == todo.owned:
        return
    # First a list that knows the old and the new content of each file: at whatever point the run is killed, the next
    # one finds only files that it knows.
    both = {path: todo.owned.get(path, frozenset()) | now.get(path, frozenset()) for path in {*todo.owned, *now}}
    before = list_text(todo.owned).encode() if todo.owned else None
    steps = [Change(LIST, Action.UPDATE, before, list_text(both).encode()), *todo.pending]
    if both != now:
        steps.append(Change(LIST, Action.UPDATE, before, list_text(now).encode()))
    with _folder_made(todo.folder), _locked(todo.folder), _stage(todo.folder) as stage:
        if not _is_current(todo):
            raise InputError.of("was changed by another program at the same time: run this again", todo.folder)
        # All bytes are written here, so that a full disk is noticed before the first file changes.
        for index, step in enumerate(steps):
            _prepare(step, todo.folder, stage(index))
        _commit(steps, todo.folder, stage)


@contextlib.contextmanager
def _folder_made(folder: Path) -> Iterator[None]:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one run at a time write to `folder`, where the system and the file system have such locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # NFS
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_current(todo: Plan) -> bool:
    """Return whether the files are still as they were when `todo` was made."""
    now = plan({change.path: change.after.decode() for change in todo.changes if change.after is not None}, todo.folder)
    return now.changes == todo.changes and now.owned == todo.owned


@dataclass(frozen=True)
class Staged:
    """Where one file waits for its rename: the new content, and the old one for the way back."""

    new: Path
    old: Path


@contextlib.contextmanager
def _stage(folder: Path) -> Iterator[Callable[[int], Staged]]:
    """Names for new files on the same file system; what is left of them at the end, or of a killed run, is removed."""
    _remove_staged(folder)

    def staged(index: int) -> Staged:
        return Staged(folder / f"{_STAGED}{index}.new", folder / f"{_STAGED}{index}.old")

    try:
        yield staged
    finally:
        _remove_staged(folder)


def _remove_staged(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name.startswith(_STAGED):
            path.unlink(missing_ok=True)


def _prepare(step: Change, folder: Path, staged: Staged) -> None:
    if step.after is not None:
        # No fsync: like Git's own, the files of a work tree can be made again.
        staged.new.write_bytes(step.after)
    if step.before is not None:
        staged.old.write_bytes(step.before)
        if step.after is not None:
            shutil.copymode(folder / step.path, staged.new)


def _commit(steps: list[Change], folder: Path, stage: Callable[[int], Staged]) -> None:
    """Renames only; on any error the renames that were done are taken back."""
    done: list[tuple[Path, Path | None]] = []
    made: list[Path] = []
    try:
        for index, step in enumerate(steps):
            target, staged = folder / step.path, stage(index)
            made += _make_parents(target.parent)
            done.append((target, staged.old if step.before is not None else None))
            if step.after is None:
                target.unlink()
            else:
                staged.new.replace(target)
    except BaseException:
        for target, old in reversed(done):
            _take_back(target, old)
        for parent in reversed(made):
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise
    _remove_empty_parents(folder, [step.path for step in steps if step.after is None])


def _make_parents(parent: Path) -> list[Path]:
    missing = []
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    for folder in reversed(missing):
        folder.mkdir()
    return missing[::-1]


def _take_back(target: Path, old: Path | None) -> None:
    with contextlib.suppress(OSError):
        if old is None:
            target.unlink()
        elif old.exists():
            old.replace(target)


def _remove_empty_parents(folder: Path, removed: list[str]) -> None:
    for path in removed:
        for parent in list(PurePosixPath(path).parents)[:-1]:
            with contextlib.suppress(OSError):  # not empty: something of the user's stands there
                (folder / parent).rmdir()

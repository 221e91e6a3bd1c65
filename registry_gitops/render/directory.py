"""Write a tree of texts to a directory: all of it or nothing, and only files that are ours."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from registry_gitops.errors import EditedError, InputError
from registry_gitops.filenames import CHECKSUM_FILE
from registry_gitops.findings import Finding, Location
from registry_gitops.render.comparison import (
    Action,
    Change,
    Plan,
    Tree,
    checksum,
    format_checksums,
    plan_changes,
)

_STAGED = ".registry-gitops.tmp-"


def write_tree(tree: Tree, directory: Path | str, *, force: bool = False) -> Plan:
    """Make `directory` hold `tree`: the low-level way, which no rule has checked. Use `deploy`, which checks first.

    Writes new and changed files, and deletes files of ours that are not in `tree`; or changes nothing and raises
    InputError, as `write_plan` does. Returns the plan.
    """
    return write_plan(plan_changes(tree, directory), force=force)


def write_plan(todo: Plan, *, force: bool = False) -> Plan:
    """Carry out `todo`, all of it or nothing, and return it.

    Raises InputError, with nothing changed, for a file that registry-gitops did not write, and if the directory cannot
    be written; EditedError for a file that was edited after rendering, unless `force` overwrites it.
    """
    refused = [change for change in todo.conflicts if not (force and change.action is Action.EDITED)]
    if refused:
        only_edited = all(change.action is Action.EDITED for change in refused)
        kind = EditedError if only_edited else InputError
        raise kind(_refusal(change, todo.directory) for change in refused)
    try:
        _carry_out(todo)
    except OSError as error:
        path = str(error.filename2 or error.filename or todo.directory)
        if _STAGED in path:  # a name that users do not know
            path = str(todo.directory)
        # A file, or a link to nothing, is where a directory has to be created.
        why = "not a directory" if isinstance(error, FileExistsError) else error.strerror
        raise InputError.single(f"cannot be written: {why}; nothing was changed", path) from None
    return todo


def _refusal(change: Change, directory: Path) -> Finding:
    location = Location(str(directory / change.path))
    if change.action is Action.UNOWNED:
        message = "exists, but registry-gitops did not write it: move it, or pass another --output-dir"
        return Finding(id="unowned-file", message=message, location=location)
    message = "was edited after rendering: move the edit to the config file, or overwrite it with --force"
    return Finding(id="edited-file", message=message, location=location)


def _carry_out(todo: Plan) -> None:
    now = {change.path: frozenset({checksum(change.after)}) for change in todo.changes if change.after is not None}
    if not todo.pending and now == todo.owned:
        return
    # First write checksums of the old and the new content of each file: if the run is killed at any point, the next one
    # finds only files that it knows.
    both = {path: todo.owned.get(path, frozenset()) | now.get(path, frozenset()) for path in {*todo.owned, *now}}
    before = format_checksums(todo.owned).encode() if todo.owned else None
    steps = [Change(CHECKSUM_FILE, Action.UPDATE, before, format_checksums(both).encode()), *todo.pending]
    if both != now:
        steps.append(Change(CHECKSUM_FILE, Action.UPDATE, before, format_checksums(now).encode()))
    with _created(todo.directory), _locked(todo.directory), _stage(todo.directory) as stage:
        if not _is_current(todo):
            raise InputError.single("was changed by another program at the same time: run this again", todo.directory)
        # Write all bytes here: a full disk is an error before the first file changes.
        for index, step in enumerate(steps):
            _prepare(step, todo.directory, stage(index))
        _commit(steps, todo.directory, stage)


@contextlib.contextmanager
def _created(directory: Path) -> Iterator[None]:
    missing = [parent for parent in (directory, *directory.parents) if not parent.exists()]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Let one run at a time write to `directory`, if the operating system and the file system support locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # NFS
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_current(todo: Plan) -> bool:
    """Return whether the files are still as they were when `todo` was made."""
    now = plan_changes(
        {change.path: change.after.decode() for change in todo.changes if change.after is not None}, todo.directory
    )
    return now.changes == todo.changes and now.owned == todo.owned


@dataclass(frozen=True)
class Staged:
    """The temporary files of one step: the new content, and the old content for a rollback."""

    new: Path
    old: Path


@contextlib.contextmanager
def _stage(directory: Path) -> Iterator[Callable[[int], Staged]]:
    """Yield a function that names temporary files on the same file system; those that remain are deleted at the end."""
    _remove_staged(directory)

    def staged(index: int) -> Staged:
        return Staged(directory / f"{_STAGED}{index}.new", directory / f"{_STAGED}{index}.old")

    try:
        yield staged
    finally:
        _remove_staged(directory)


def _remove_staged(directory: Path) -> None:
    for path in directory.iterdir():
        if path.name.startswith(_STAGED):
            path.unlink(missing_ok=True)


def _prepare(step: Change, directory: Path, staged: Staged) -> None:
    if step.after is not None:
        # No fsync: as in Git, the files of a work tree can be rendered again.
        staged.new.write_bytes(step.after)
    if step.before is not None:
        staged.old.write_bytes(step.before)
        if step.after is not None:
            shutil.copymode(directory / step.path, staged.new)


def _commit(steps: list[Change], directory: Path, stage: Callable[[int], Staged]) -> None:
    """Rename the temporary files to their targets; on any error, roll back the renames that were done."""
    done: list[tuple[Path, Path | None]] = []
    created: list[Path] = []
    try:
        for index, step in enumerate(steps):
            target, staged = directory / step.path, stage(index)
            created += _create_parents(target.parent)
            done.append((target, staged.old if step.before is not None else None))
            if step.after is None:
                target.unlink()
            else:
                staged.new.replace(target)
    except BaseException:
        for target, old in reversed(done):
            _roll_back(target, old)
        for parent in reversed(created):
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise
    _remove_empty_parents(directory, [step.path for step in steps if step.after is None])


def _create_parents(parent: Path) -> list[Path]:
    missing = []
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    for directory in reversed(missing):
        directory.mkdir()
    return missing[::-1]


def _roll_back(target: Path, old: Path | None) -> None:
    with contextlib.suppress(OSError):
        if old is None:
            target.unlink()
        elif old.exists():
            old.replace(target)


def _remove_empty_parents(directory: Path, removed: list[str]) -> None:
    for path in removed:
        for parent in list(PurePosixPath(path).parents)[:-1]:
            with contextlib.suppress(OSError):  # not empty: it has files of the user
                (directory / parent).rmdir()

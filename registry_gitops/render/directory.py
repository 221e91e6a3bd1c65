"""Write a tree of texts to a directory: all of it or nothing, and only files that are ours."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from registry_gitops.checksums import ChecksumFile, build_seal, checksum
from registry_gitops.errors import EditedError, InputError
from registry_gitops.filenames import CHECKSUM_FILE
from registry_gitops.findings import Finding, Location
from registry_gitops.git_repository import find_work_tree
from registry_gitops.render.comparison import (
    Action,
    Change,
    Plan,
    Tree,
    plan_changes,
    plan_contents,
)
from registry_gitops.render.outside_files import is_outside, rendered_path

_STAGED = ".registry-gitops.tmp-"


def write_tree(tree: Tree, directory: Path | str, *, force: bool = False) -> Plan:
    """Make `directory` hold `tree`: the low-level way, which no rule has checked. Use `deploy`, which checks first.

    Writes new and changed files, and deletes files of ours that are not in `tree`; or changes nothing and raises
    InputError, as `write_plan` does. Returns the plan.
    """
    return write_plan(plan_changes(tree, directory), force=force)


def write_plan(todo: Plan, *, force: bool = False) -> Plan:
    """Carry out `todo`, all of it or nothing, and return it. Raises InputError as `write_plans` does."""
    write_plans([todo], force=force)
    return todo


def write_plans(plans: Sequence[Plan], *, force: bool = False) -> None:
    """Carry out plans for different directories, all of them or nothing.

    Raises InputError, with nothing changed, for a file that registry-gitops did not write, and if a directory cannot be
    written; EditedError for a file that was edited after rendering, unless `force` overwrites it.
    """
    refused = [
        (change.action, _refusal(change, plan.directory))
        for plan in plans
        for change in plan.conflicts
        if not (force and change.action is Action.EDITED)
    ]
    if refused:
        only_edited = all(action is Action.EDITED for action, _ in refused)
        kind = EditedError if only_edited else InputError
        raise kind(finding for _, finding in refused)
    work_trees: dict[str, str] = {}
    try:
        _carry_out([(plan, steps) for plan in plans if (steps := _steps(plan, work_trees))], work_trees)
    except OSError as error:
        path = Path(error.filename2 or error.filename)
        if path.name.startswith(_STAGED):  # a name that users do not know
            path = path.parent
        # A file, or a link to nothing, is where a directory has to be created.
        why = "not a directory" if isinstance(error, FileExistsError) else error.strerror
        raise InputError.single(f"cannot be written: {why}; nothing was changed", path) from None


def _refusal(change: Change, directory: Path) -> Finding:
    location = Location(str(rendered_path(directory, change.path)))
    if change.action is Action.UNOWNED and is_outside(change.path):
        message = "exists, but was rendered from elsewhere, or not at all: move it, or set flux.name or flux.file"
        return Finding(id="unowned-file", message=message, location=location)
    if change.action is Action.UNOWNED:
        message = "exists, but registry-gitops did not write it: move it, or pass another --output-dir"
        return Finding(id="unowned-file", message=message, location=location)
    message = "was edited after rendering: move the edit to the config file, or overwrite it with --force"
    return Finding(id="edited-file", message=message, location=location)


@dataclass(frozen=True)
class _Step:
    """One change of a plan, and its temporary files: the new content, and the old content for a rollback."""

    directory: Path
    change: Change
    number: int

    @property
    def target(self) -> Path:
        return rendered_path(self.directory, self.change.path)

    @property
    def new(self) -> Path:
        return self.directory / f"{_STAGED}{self.number}.new"

    @property
    def old(self) -> Path:
        return self.directory / f"{_STAGED}{self.number}.old"


def _steps(plan: Plan, work_trees: dict[str, str]) -> list[_Step]:
    """Return the steps that carry out a plan; none if nothing differs."""
    before, after = plan.checksums, _new_checksums(plan, work_trees)
    if not plan.pending and before == after:
        return []
    # First write checksums of the old and the new content of each file: if the run is killed at any point, the next one
    # finds only files that it knows.
    paths = {*plan.owned, *after.owned}
    both = {path: plan.owned.get(path, frozenset()) | after.owned.get(path, frozenset()) for path in paths}
    old = before.format().encode() if before else None
    # A seal may come before its files: it does not match until all of them are there.
    first = after if both == after.owned else ChecksumFile(both)
    changes = [Change(CHECKSUM_FILE, Action.UPDATE, old, first.format().encode()), *plan.pending]
    if first is not after:
        changes.append(Change(CHECKSUM_FILE, Action.UPDATE, old, after.format().encode()))
    return [_Step(plan.directory, change, number) for number, change in enumerate(changes)]


def _new_checksums(plan: Plan, work_trees: dict[str, str]) -> ChecksumFile:
    """Return the checksum file after the plan was carried out. An old seal stays if there is no new one."""
    owned = {change.path: frozenset({checksum(change.after)}) for change in plan.changes if change.after is not None}
    if plan.inputs:
        return ChecksumFile(owned, build_seal(plan.directory, owned, plan.inputs, work_trees))
    old = plan.checksums
    return old if old and old.owned == owned and not plan.pending else ChecksumFile(owned)


def _overtaken(directory: Path) -> Finding:
    message = "was changed by another program at the same time: run this again"
    return Finding(id="invalid-input", message=message, location=Location(str(directory)))


def _carry_out(work: Sequence[tuple[Plan, list[_Step]]], work_trees: dict[str, str]) -> None:
    directories = [plan.directory for plan, _ in work]
    with _created(directories), _locked(directories, work_trees), _cleared(directories):
        changed = [plan.directory for plan, _ in work if not _is_current(plan)]
        if changed:
            raise InputError(map(_overtaken, changed))
        steps = [step for _, each in work for step in each]
        # Write all bytes here: a full disk is an error before the first file changes.
        for step in steps:
            _prepare(step)
        _commit(steps)


@contextlib.contextmanager
def _created(directories: Iterable[Path]) -> Iterator[None]:
    missing: list[Path] = []
    try:
        for directory in directories:
            missing += _create_directories(directory)
        yield
    except BaseException:
        _remove_directories(missing)
        raise


def _create_directories(directory: Path) -> list[Path]:
    """Create a directory with those above it, and return those that were missing, from the outermost on."""
    missing = []
    for path in (directory, *directory.parents):
        if path.is_dir():
            break
        missing.append(path)
    if missing:
        directory.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _remove_directories(created: list[Path]) -> None:
    for directory in reversed(created):
        with contextlib.suppress(OSError):
            directory.rmdir()


@contextlib.contextmanager
def _locked(directories: Sequence[Path], work_trees: dict[str, str]) -> Iterator[None]:
    """Let one run at a time write to `directories`, if the operating system and the file system support locks.

    The lock is on the Git repository, one for any number of directories in it, or else on what is above them all.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    places = {find_work_tree(directory, work_trees) or directory.resolve() for directory in directories}
    if not places:
        yield
        return
    descriptor = os.open(os.path.commonpath(places), os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # NFS
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_current(todo: Plan) -> bool:
    """Return whether the files are still as they were when `todo` was made."""
    contents = {change.path: change.after for change in todo.changes if change.after is not None}
    now = plan_contents(contents, todo.directory)
    return now.changes == todo.changes and now.checksums == todo.checksums


@contextlib.contextmanager
def _cleared(directories: Iterable[Path]) -> Iterator[None]:
    """Delete temporary files of a run that was killed, and in the end those that remain of this one."""
    for directory in directories:
        _remove_staged(directory)
    try:
        yield
    finally:
        for directory in directories:
            _remove_staged(directory)


def _remove_staged(directory: Path) -> None:
    for path in directory.iterdir():
        if path.name.startswith(_STAGED):
            path.unlink(missing_ok=True)


def _prepare(step: _Step) -> None:
    before, after = step.change.before, step.change.after
    if after is not None:
        # No fsync: as in Git, the files of a work tree can be rendered again.
        _write(step.new, after)
    if before is not None:
        _write(step.old, before)
        if after is not None:
            shutil.copymode(step.target, step.new)


def _write(path: Path, content: bytes) -> None:
    """Write a file. Every OSError names it, also that of a full disk."""
    try:
        path.write_bytes(content)
    except OSError as error:
        error.filename = str(path)
        raise


def _commit(steps: Iterable[_Step]) -> None:
    """Rename the temporary files to their targets; on any error, roll back the renames that were done."""
    done: list[_Step] = []
    created: list[Path] = []
    try:
        for step in steps:
            created += _create_directories(step.target.parent)
            done.append(step)
            if step.change.after is None:
                step.target.unlink()
            else:
                step.new.replace(step.target)
    except BaseException:
        for step in reversed(done):
            _roll_back(step)
        _remove_directories(created)
        raise
    for step in done:
        if step.change.after is None:
            _remove_empty_parents(step)


def _roll_back(step: _Step) -> None:
    with contextlib.suppress(OSError):
        if step.change.before is None:
            step.target.unlink()
        elif step.old.exists():
            step.old.replace(step.target)


def _remove_empty_parents(step: _Step) -> None:
    for parent in list(PurePosixPath(step.change.path).parents)[:-1]:
        with contextlib.suppress(OSError):  # not empty: it has files of the user
            rendered_path(step.directory, str(parent)).rmdir()

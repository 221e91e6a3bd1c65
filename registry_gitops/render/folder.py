"""A tree of texts -> a folder: all of it or nothing, and no file that is not ours.

A list of checksums (`.registry-gitops.sha256`, in the format of sha256sum) stands in the folder and says which files
are ours and what was written to them. A file that differs from both list and tree was edited by hand, and is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

from registry_gitops.errors import EditedError, InputError, Problem

LIST = ".registry-gitops.sha256"
_STAGED = ".registry-gitops.tmp-"

Tree = Mapping[str, str]
"""Path below the folder, with "/" on every system -> the file's whole text."""


class Action(StrEnum):
    """What writing does to one file."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "unchanged"
    EDITED = "edited by hand"
    FOREIGN = "not ours"


@dataclass(frozen=True)
class Change:
    """What stands in the folder for one path and what is to stand there; None means no such file."""

    path: str
    action: Action
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True)
class Plan:
    """All that writing a tree to a folder would do, in the order of the paths."""

    folder: Path
    changes: tuple[Change, ...]
    owned: Mapping[str, frozenset[str]] = field(repr=False)

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Files that are not replaced without force: somebody else wrote or edited them."""
        return tuple(change for change in self.changes if change.action in (Action.EDITED, Action.FOREIGN))

    @property
    def pending(self) -> tuple[Change, ...]:
        """Files that are not as the tree has them."""
        return tuple(change for change in self.changes if change.action is not Action.KEEP)


def plan(tree: Tree, folder: Path | str) -> Plan:
    """Compare a tree with a folder, which need not exist. Writes nothing.

    Raises InputError where the folder cannot be read.
    """
    folder = Path(folder)
    try:
        owned = _read_list(folder)
        changes = [_change(folder, path, tree.get(path), owned) for path in sorted({*tree, *owned})]
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", error.filename or folder) from None
    return Plan(folder, tuple(change for change in changes if change), owned)


def write(tree: Tree, folder: Path | str, *, force: bool = False) -> Plan:
    """Make the folder hold the tree: write what is new or changed, remove files of ours that no longer belong.

    Either all of it happens or nothing. Returns the plan that was carried out. Raises InputError, with nothing changed,
    for a file that is not ours; for one that was edited by hand, unless `force` discards the edits; and where the
    folder cannot be written.
    """
    todo = plan(tree, folder)
    refused = [change for change in todo.conflicts if not (force and change.action is Action.EDITED)]
    if refused:
        only_edited = all(change.action is Action.EDITED for change in refused)
        kind = EditedError if only_edited else InputError
        raise kind(Problem(_refusal(change), str(todo.folder / change.path)) for change in refused)
    try:
        _carry_out(todo)
    except OSError as error:
        place = str(error.filename2 or error.filename or todo.folder)
        if _STAGED in place:  # of which the user knows nothing
            place = str(todo.folder)
        raise InputError.of(f"cannot be written: {error.strerror}; nothing was changed", place) from None
    return todo


def _refusal(change: Change) -> str:
    if change.action is Action.FOREIGN:
        return "stands in the way and was not written by registry-gitops: move it, or choose another folder"
    return "was edited by hand: move the edit to the description, or discard it with --force"


def _change(folder: Path, path: str, text: str | None, owned: Mapping[str, frozenset[str]]) -> Change | None:
    after = None if text is None else text.encode()
    try:
        before = (folder / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        before = None
    if before == after:
        return None if after is None else Change(path, Action.KEEP, before, after)
    return Change(path, _action(path, before, after, owned), before, after)


def _action(path: str, before: bytes | None, after: bytes | None, owned: Mapping[str, frozenset[str]]) -> Action:
    if before is None:
        return Action.CREATE
    if path not in owned:
        return Action.FOREIGN
    if _checksum(before) not in owned[path]:
        return Action.EDITED
    return Action.UPDATE if after is not None else Action.DELETE


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_list(folder: Path) -> dict[str, frozenset[str]]:
    """Path -> checksums that we wrote. Two for one path mean that a run was ended between its first and last rename."""
    try:
        text = (folder / LIST).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    owned: dict[str, frozenset[str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        checksum, _, path = line.partition("  ")
        if not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            message = "is not a line of this list: restore the file from Git"
            raise InputError([Problem(message, str(folder / LIST), number, 1)])
        owned[path] = owned.get(path, frozenset()) | {checksum}
    return owned


def _list_text(owned: Mapping[str, frozenset[str]]) -> str:
    return "".join(f"{checksum}  {path}\n" for path in sorted(owned) for checksum in sorted(owned[path]))


def _carry_out(todo: Plan) -> None:
    now = {change.path: frozenset({_checksum(change.after)}) for change in todo.changes if change.after is not None}
    if not todo.pending and now == todo.owned:
        return
    # First a list that knows the old and the new content of each file: at whatever point the run is killed, the next
    # one finds only files that it knows.
    both = {path: todo.owned.get(path, frozenset()) | now.get(path, frozenset()) for path in {*todo.owned, *now}}
    before = _list_text(todo.owned).encode() if todo.owned else None
    steps = [Change(LIST, Action.UPDATE, before, _list_text(both).encode()), *todo.pending]
    if both != now:
        steps.append(Change(LIST, Action.UPDATE, before, _list_text(now).encode()))
    with _folder_made(todo.folder), _stage(todo.folder) as stage:
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

"""Compare a tree of texts with a directory: which files are new, changed, edited by hand, or not ours.

The checksum file (`.registry-gitops.sha256`, in the format of sha256sum) lists the files that we wrote. A file that
differs from both the checksum file and the tree was edited by hand.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from registry_gitops.checksums import ChecksumFile, Inputs, Owned, checksum, read_bytes, read_checksum_file
from registry_gitops.errors import InputError
from registry_gitops.render.outside_files import check_outside, is_of_other, rendered_path

_CHART: Final = "Chart.yaml"
"""The file at the top of a chart, and of no output directory."""

Tree = Mapping[str, str]
"""Path relative to the directory, with "/" on every system -> the whole text of the file."""


class Action(StrEnum):
    """What writing does to one file."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "unchanged"
    EDITED = "edited by hand"
    UNOWNED = "not ours"


@dataclass(frozen=True)
class Change:
    """The content of one path before and after writing; None means no such file."""

    path: str
    action: Action
    # Not in its repr: rendered files can hold what --allow let through.
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """What writing a tree to a directory would change, sorted by path."""

    directory: Path
    changes: tuple[Change, ...]
    checksums: ChecksumFile | None = field(repr=False)
    """The checksum file as it is; None if there is none."""
    inputs: Inputs = field(default_factory=dict, repr=False)
    """What the checks of this plan depended on, if none has to be repeated while that stays the same; else nothing."""

    @property
    def owned(self) -> Owned:
        """The files that we wrote."""
        return self.checksums.owned if self.checksums else {}

    def path_of(self, change: Change) -> Path:
        """Return the path of a changed file, as reports name it."""
        return rendered_path(self.directory, change.path)

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Files that a person wrote or edited: they are not replaced without `force`."""
        return tuple(change for change in self.changes if change.action in (Action.EDITED, Action.UNOWNED))

    @property
    def pending(self) -> tuple[Change, ...]:
        """Files that differ from the tree."""
        return tuple(change for change in self.changes if change.action is not Action.KEEP)


def plan_changes(tree: Tree, directory: Path | str) -> Plan:
    """Compare `tree` with `directory`, which need not exist, and return what writing would change. Writes nothing.

    Raises InputError if the directory cannot be read.
    """
    return plan_contents({path: _encode(text) for path, text in tree.items()}, Path(directory))


def plan_contents(contents: Mapping[str, bytes], directory: Path) -> Plan:
    """Do what `plan_changes` does for the bytes of the files."""
    try:
        checksums = read_checksum_file(directory)
        owned = checksums.owned if checksums else {}
        _refuse_other_use(directory, contents, owned)
        check_outside(directory, {*contents, *owned})
        changes = [_change(directory, path, contents.get(path), owned) for path in sorted({*contents, *owned})]
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", error.filename or directory) from None
    except ValueError as error:  # a NUL byte
        raise InputError.single(f"not the path of a directory: {error}", directory) from None
    return Plan(directory, tuple(change for change in changes if change), checksums)


def _refuse_other_use(directory: Path, contents: Mapping[str, bytes], owned: Owned) -> None:
    """Raise InputError if the files of a chart would be deleted for rendered ones, or the other way round."""
    had_chart, has_chart = _CHART in owned, _CHART in contents
    if owned and had_chart != has_chart:
        what = "the directory of a chart, which `chart write` wrote" if had_chart else "an output directory of `render`"
        raise InputError.single(f"is {what}: pass another directory", directory)


@functools.lru_cache(maxsize=256)
def _encode(text: str) -> bytes:
    """Return the bytes of a file: the same object for a text of the chart, which a thousand plans can have."""
    return text.encode()


@functools.lru_cache(maxsize=256)
def _share(content: bytes) -> bytes:
    """Return an object with this content: the same one for the same file of an older chart."""
    return content


def _change(directory: Path, path: str, after: bytes | None, owned: Owned) -> Change | None:
    try:
        before = read_bytes(str(rendered_path(directory, path)))
    except (FileNotFoundError, NotADirectoryError):
        before = None
    if before == after:
        return None if after is None else Change(path, Action.KEEP, after, after)
    if before is not None and is_of_other(directory, path, before):
        return None if after is None else Change(path, Action.UNOWNED, before, after)
    before = before and _share(before)
    return Change(path, _action(path, before, after, owned), before, after)


def _action(path: str, before: bytes | None, after: bytes | None, owned: Owned) -> Action:
    if before is None:
        return Action.CREATE
    if path not in owned:
        return Action.UNOWNED
    if checksum(before) not in owned[path]:
        return Action.EDITED
    return Action.UPDATE if after is not None else Action.DELETE

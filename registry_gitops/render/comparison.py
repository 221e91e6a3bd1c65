"""A tree of texts beside a folder: what is new, what changed, and what is not ours to change.

A list of checksums (`.registry-gitops.sha256`, in the format of sha256sum) stands in the folder and says which files
are ours and what was written to them. A file that differs from both list and tree was edited by hand.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

from registry_gitops.errors import InputError

LIST = ".registry-gitops.sha256"
"""Name of the list, below the folder."""

_LINE = re.compile("([0-9a-f]{64})  ([^\0]+)")

Owned = Mapping[str, frozenset[str]]
"""Path -> checksums that we wrote. Two for one path mean that a run was ended between its first and last rename."""

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
    """The content of one path before and after writing; None means no such file."""

    path: str
    action: Action
    # Not in its repr: rendered files can hold what --allow let through.
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """All that writing a tree to a folder would do, in the order of the paths."""

    folder: Path
    changes: tuple[Change, ...]
    owned: Owned = field(repr=False)

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Files that are not replaced without force: somebody else wrote or edited them."""
        return tuple(change for change in self.changes if change.action in (Action.EDITED, Action.FOREIGN))

    @property
    def pending(self) -> tuple[Change, ...]:
        """Files that are not as the tree has them."""
        return tuple(change for change in self.changes if change.action is not Action.KEEP)


def plan(tree: Tree, folder: Path | str) -> Plan:
    """Compare `tree` with `folder`, which need not exist, and return what writing would change. Writes nothing.

    Raises InputError if the folder cannot be read.
    """
    folder = Path(folder)
    try:
        owned = _read_list(folder)
        changes = [_change(folder, path, tree.get(path), owned) for path in sorted({*tree, *owned})]
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", error.filename or folder) from None
    return Plan(folder, tuple(change for change in changes if change), owned)


def _change(folder: Path, path: str, text: str | None, owned: Owned) -> Change | None:
    after = None if text is None else text.encode()
    try:
        before = (folder / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        before = None
    if before == after:
        return None if after is None else Change(path, Action.KEEP, before, after)
    return Change(path, _action(path, before, after, owned), before, after)


def _action(path: str, before: bytes | None, after: bytes | None, owned: Owned) -> Action:
    if before is None:
        return Action.CREATE
    if path not in owned:
        return Action.FOREIGN
    if checksum(before) not in owned[path]:
        return Action.EDITED
    return Action.UPDATE if after is not None else Action.DELETE


def checksum(content: bytes) -> str:
    """SHA-256 in hexadecimal digits, as sha256sum prints it."""
    return hashlib.sha256(content).hexdigest()


def _read_list(folder: Path) -> dict[str, frozenset[str]]:
    path = folder / LIST
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    owned: dict[str, frozenset[str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line)
        if not found or PurePosixPath(found[2]).is_absolute() or ".." in PurePosixPath(found[2]).parts:
            raise InputError.of("is not a line of this list: restore the file from Git", path, number, 1)
        owned[found[2]] = owned.get(found[2], frozenset()) | {found[1]}
    return owned


def list_text(owned: Owned) -> str:
    """The text of the list."""
    return "".join(f"{checksum}  {path}\n" for path in sorted(owned) for checksum in sorted(owned[path]))

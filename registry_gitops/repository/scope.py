"""Which directory the paths in Flux objects count from."""

from __future__ import annotations

import os
from collections.abc import Sequence


def find_scope(paths: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """Return the root of the repository around `paths`, and the absolute paths of the directories among them."""
    return find_root(paths), tuple(os.path.abspath(path) for path in paths if path != "-" and os.path.isdir(path))


def find_root(paths: Sequence[str]) -> str | None:
    """Return the absolute path of the Git repository around `paths`; without one, of their common directory.

    None for a stream alone.
    """
    folders = [_folder(path) for path in paths if path != "-"]
    if not folders:
        return None
    common = os.path.commonpath(folders)
    folder = common
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return common
        folder = parent
    return folder


def _folder(path: str) -> str:
    absolute = os.path.abspath(path)
    return absolute if os.path.isdir(absolute) else os.path.dirname(absolute)

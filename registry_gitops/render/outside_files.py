"""Rendered files outside of the output directory: Flux Kustomizations, which several directories may want to write.

The first line of such a file names its output directory, so that a copy of a directory, with its checksum file, takes
no file of the first one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from registry_gitops.errors import InputError
from registry_gitops.filenames import CHECKSUM_FILE, RENDERED_MARK
from registry_gitops.git_repository import find_work_tree

_HEADER: Final = re.compile(rf"{re.escape(RENDERED_MARK)} from (?P<directory>[^\n]+): change [^\n]*\n")


def format_header(directory: str) -> str:
    """Return the first line of an outside file. `directory` is the path of the output directory from that file's."""
    return f"{RENDERED_MARK} from {directory}: change the config file there, not this file.\n"


def is_outside(path: str) -> bool:
    """Return whether a path from the output directory leaves it."""
    return path.startswith("../")


def check_outside(directory: Path, paths: Iterable[str]) -> None:
    """Raise InputError for a path that leaves the Git repository of `directory`, or if that is in none."""
    outside = sorted(filter(is_outside, paths))
    if not outside:
        return
    root = find_work_tree(directory)
    if root is None:
        message = "is in no Git repository, and flux has files outside of this directory: run `git init` at the root"
        raise InputError.single(f"{message}, or render to a directory of the repository", directory)
    for path in outside:
        # Also by a symbolic link.
        if not rendered_path(directory, path).resolve().is_relative_to(root):
            raise InputError.single("is outside of the Git repository: correct flux", rendered_path(directory, path))


def rendered_path(directory: Path, path: str) -> Path:
    """Return the path of a rendered file, also if the directory does not exist yet: no system follows ".." there."""
    if not is_outside(path):
        return directory / path
    is_linked = directory.resolve() != Path(os.path.abspath(directory))  # noqa: PTH100 - it must not follow links
    return Path(os.path.normpath((directory.resolve() if is_linked else directory) / path))


def is_of_other(directory: Path, path: str, content: bytes) -> bool:
    """Return whether an outside file was rendered from another output directory that still exists."""
    header = _HEADER.match(content[:4096].decode("utf-8", "replace"))
    if not header or not is_outside(path):
        return False
    owner = rendered_path(directory, path).parent / header["directory"]
    return (owner / CHECKSUM_FILE).is_file() and not (directory.exists() and owner.samefile(directory))

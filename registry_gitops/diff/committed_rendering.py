"""The rendered files of a directory as a revision of Git has them."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from registry_gitops.diff.git_tree import GitTree
from registry_gitops.filenames import CHECKSUM_FILE, CONFIG_FILES

_LINE: Final = re.compile("[0-9a-f]{64}  (.+)")
_NO_OBJECTS: Final = re.compile(r"chart/|.*\.md$")
"""Rendered files that are read elsewhere, or not at all."""


def read_committed_files(tree: GitTree, directory: Path) -> dict[str, str]:
    """Return path -> text of the files that were rendered to `directory`, without README and chart.

    The checksum file of the revision lists them.
    """
    paths = _list_files(tree, directory)
    return {paths[path]: text for path, text in tree.read(list(paths)).items()}


def prefetch_committed_files(tree: GitTree, directories: Iterable[Path]) -> None:
    """Read the rendered files of many directories at once: git takes as long for all of them as for one."""
    directories = list(directories)
    tree.read([_checksum_file(tree, directory) for directory in directories])
    tree.read([path for directory in directories for path in _list_files(tree, directory)])


def _list_files(tree: GitTree, directory: Path) -> dict[str, str]:
    """Return the path of each file from the root of the repository -> its path from the directory."""
    listed = tree.read([_checksum_file(tree, directory)])
    names = [match[1] for text in listed.values() for line in text.splitlines() if (match := _LINE.fullmatch(line))]
    place = tree.place_of(directory)
    return {posixpath.normpath(posixpath.join(place, name)): name for name in names if not _NO_OBJECTS.match(name)}


def _checksum_file(tree: GitTree, directory: Path) -> str:
    return posixpath.normpath(posixpath.join(tree.place_of(directory), CHECKSUM_FILE))


def find_removed_configs(tree: GitTree, directory: Path) -> Iterator[Path]:
    """Yield the config files below a directory that the revision has rendered files of, and that are gone."""
    place = tree.place_of(directory)
    below = "" if place == "." else f"{place}/"
    for path in sorted(tree.ids):
        if not path.startswith(below) or posixpath.basename(path) not in CONFIG_FILES:
            continue
        found = tree.root / path
        is_rendered = _checksum_file(tree, found.parent) in tree.ids
        if is_rendered and not any(found.with_name(name).exists() for name in CONFIG_FILES):
            yield Path(os.path.relpath(found))

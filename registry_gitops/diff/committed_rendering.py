"""The rendered files of a directory as a revision of Git has them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from registry_gitops.diff.git_tree import GitTree
from registry_gitops.filenames import CHECKSUM_FILE, CONFIG_FILES

_LINE: Final = re.compile("[0-9a-f]{64}  (.+)")
_CONFIG: Final = re.compile("^# with: (.+)$", re.MULTILINE)
"""The first file that a seal names: the config file."""
RELEASE_FILE: Final = "helmrelease.yaml"
"""What each deployment has, and no chart that several share."""
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
    names = [name for text in listed.values() for name in _list_names(text)]
    place = tree.place_of(directory)
    return {posixpath.normpath(posixpath.join(place, name)): name for name in names if not _NO_OBJECTS.match(name)}


def _list_names(checksums: str) -> list[str]:
    return [match[1] for line in checksums.splitlines() if (match := _LINE.fullmatch(line))]


def _checksum_file(tree: GitTree, directory: Path) -> str:
    return posixpath.normpath(posixpath.join(tree.place_of(directory), CHECKSUM_FILE))


@dataclass(frozen=True)
class AbandonedDirectory:
    """A directory that the revision has rendered files in, and to which no config file renders now."""

    place: str
    """Its path from the root of the repository."""
    config: str
    """Path of the config file that rendered it, from there too; "" if it is not known."""


def find_abandoned(tree: GitTree, rendered: Collection[str]) -> Iterator[AbandonedDirectory]:
    """Yield the directories with rendered files of the revision that are not among `rendered`."""
    files = [path for path in tree.ids if posixpath.basename(path) == CHECKSUM_FILE]
    places = {path: posixpath.dirname(path) or "." for path in files}
    for path, text in sorted(tree.read([path for path in files if places[path] not in rendered]).items()):
        if RELEASE_FILE in _list_names(text):
            yield AbandonedDirectory(places[path], _find_config(tree, places[path], text))


def _find_config(tree: GitTree, place: str, checksums: str) -> str:
    """Return the config file that rendered a directory: the one of the seal, in it, or a program above it."""
    if sealed := _CONFIG.search(checksums):
        return posixpath.normpath(posixpath.join(place, sealed[1]))
    directory = PurePosixPath(place)
    paths = [directory / name for name in CONFIG_FILES]
    paths += [above / name for above in directory.parents for name in CONFIG_FILES if name.endswith(".py")]
    return next((str(path) for path in paths if str(path) in tree.ids), "")

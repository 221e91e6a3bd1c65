"""The rendered files of a directory as a revision of Git has them."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from registry_gitops.diff.git_tree import GitTree
from registry_gitops.filenames import CHECKSUM_FILE, CONFIG_FILES

_LINE: Final = re.compile("[0-9a-f]{64}  (.+)")
_CHART: Final = "chart/"


def read_committed_files(tree: GitTree, directory: Path) -> dict[str, str]:
    """Return path -> text of the files that were rendered to `directory`, without the chart.

    The checksum file of the revision lists them.
    """
    place = tree.place_of(directory)
    listed = tree.read([posixpath.join(place, CHECKSUM_FILE)])
    names = [match[1] for text in listed.values() for line in text.splitlines() if (match := _LINE.fullmatch(line))]
    paths = {posixpath.normpath(posixpath.join(place, name)): name for name in names if not name.startswith(_CHART)}
    return {paths[path]: text for path, text in tree.read(list(paths)).items()}


def find_removed_configs(tree: GitTree, directory: Path) -> Iterator[Path]:
    """Yield the config files below a directory that the revision has rendered files of, and that are gone."""
    place = tree.place_of(directory)
    below = "" if place == "." else f"{place}/"
    for path in sorted(tree.ids):
        if not path.startswith(below) or posixpath.basename(path) not in CONFIG_FILES:
            continue
        found = tree.root / path
        is_rendered = posixpath.join(posixpath.dirname(path), CHECKSUM_FILE) in tree.ids
        if is_rendered and not any(found.with_name(name).exists() for name in CONFIG_FILES):
            yield Path(os.path.relpath(found))

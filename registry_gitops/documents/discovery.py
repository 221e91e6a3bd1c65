"""Which files are read: those that were named, and below a folder all YAML that Git does not ignore."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath

_SUFFIXES = (".yaml", ".yml")


def find_files(paths: Iterable[str]) -> Iterator[str]:
    """Yield the path of each file to read, in a stable order. Raises InputError for a path that does not exist."""
    for path in paths:
        if not FilePath(path).is_dir():
            yield path
            continue
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (str(FilePath(folder) / name) for name in sorted(files) if name.endswith(_SUFFIXES))

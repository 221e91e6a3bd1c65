"""What a kustomize overlay builds: the files and directories that it lists, and those that these list."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.errors import InputError
from registry_gitops.filenames import KUSTOMIZATION_FILES

_FIELDS = ("resources", "components", "bases")


class Overlay(NamedTuple):
    """A directory with a kustomization file, and all that is built with it."""

    directories: tuple[Path, ...]
    """Directories whose kustomization files were read."""
    listed: tuple[Path, ...]
    """Absolute paths of the files and directories in them; a URL is none."""
    is_known: bool
    """False if one of the files cannot be read: it can list anything."""

    def builds(self, directory: Path) -> bool:
        """Return whether a directory, or a file in it, can be a part of the overlay."""
        return not self.is_known or any(path == directory or directory in path.parents for path in self.listed)


def read_overlay(directory: Path) -> Overlay:
    """Return what is built with a directory. Raises OSError."""
    todo, done, listed, is_known = [directory], list[Path](), list[Path](), True
    while todo:
        here = todo.pop()
        if here in done:
            continue
        done.append(here)
        try:
            entries = [Path(os.path.normpath(here / text)) for text in _list_entries(here)]
        except (YAMLError, InputError, ValueError):
            is_known = False
            continue
        listed += entries
        todo += (path for path in entries if path.is_dir())
    return Overlay(tuple(done), tuple(listed), is_known)


def _list_entries(directory: Path) -> Iterator[str]:
    for name in KUSTOMIZATION_FILES:
        if (directory / name).is_file():
            value = load_yaml((directory / name).read_text("utf-8")).value
            for field in _FIELDS if isinstance(value, dict) else ():
                entries = value.get(field)
                yield from (text for text in entries if isinstance(text, str)) if isinstance(entries, list) else ()
            return

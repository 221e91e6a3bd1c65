"""The JSON Schema against which editors check config files: one for all of a repository, if it has one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from registry_gitops.errors import InputError
from registry_gitops.filenames import SCHEMA_FILE
from registry_gitops.git_repository import find_work_tree
from registry_gitops.schema import config_schema, format_schema

_URL: Final = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True)
class EditorSchema:
    """A schema at a URL, or in a file, which `files` has if it does not exist."""

    location: str | Path
    files: Mapping[str, str]
    """The file to create, by its path from the directory of the starter; none if there is one."""

    @classmethod
    def find(cls, directory: Path, named: str | None) -> EditorSchema:
        """Return the schema for config files in `directory` and below: what `named` says, a URL or an existing file.

        Without `named`, it is the file of `directory`, or of the nearest directory above it in the repository; if there
        is none, a new one in `directory`. Raises InputError with the key `schema`.
        """
        if named:
            return cls(named if _URL.fullmatch(named) else _require_file(named), {})
        here = directory.resolve()
        top = find_work_tree(here) or here
        above = [each for each in (here, *here.parents) if each.is_relative_to(top)]
        found = next((each / SCHEMA_FILE for each in above if (each / SCHEMA_FILE).is_file()), None)
        return cls(found, {}) if found else cls(here / SCHEMA_FILE, {SCHEMA_FILE: format_schema(config_schema())})

    @property
    def is_published(self) -> bool:
        """Whether it is at a URL."""
        return isinstance(self.location, str)

    def name_from(self, directory: Path) -> str:
        """Return how a config file in `directory` names it: the URL, or the relative path, which holds in every clone.

        Raises InputError with the key `schema`.
        """
        if isinstance(self.location, str):
            return self.location
        name = Path(os.path.relpath(self.location, directory.resolve())).as_posix()
        if re.search(r"\s", name):
            raise InputError.single("the path to it has a space, which editors cannot read", key="schema")
        return name


def _require_file(name: str) -> Path:
    path = Path(name)
    try:
        if path.is_file():
            return path.resolve()
    except (OSError, RuntimeError, ValueError):
        pass
    raise InputError.single(
        "no such file: pass a URL, or write the file with `registry-gitops schema >FILE`", key="schema"
    )

"""The description that a command is about: the one that is named, or the one that lies here."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment


def default() -> Path:
    """The description in the current folder. Raises InputError where there is none."""
    for name in CONFIG_FILES:
        if Path(name).exists():
            return Path(name)
    raise InputError.of(
        f"no {' and no '.join(CONFIG_FILES)} here: name the file, or let `registry-gitops init` write one"
    )


def read(path: Path) -> RegistryDeployment:
    """The deployment that a file describes. What a registry.py prints is not part of our output: it goes to stderr."""
    from registry_gitops.deployment import load

    with redirect_stdout(sys.stderr):
        return load(path)

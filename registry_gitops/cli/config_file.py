"""The config file of a command: the one that is named, or the one in the current directory."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from registry_gitops.cli.streams import write_stderr
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment


def find_config_file(remedy: str = "pass CONFIG, or run `registry-gitops init`") -> Path:
    """Return the config file in the current directory. Raises InputError, with `remedy`, if there is none."""
    if found := search_config_file():
        return found
    raise InputError.single(f"no {' or '.join(CONFIG_FILES)} in this directory: {remedy}")


def find_config_files(named: Sequence[Path], remedy: str = "pass CONFIG, or run `registry-gitops init`") -> list[Path]:
    """Return the config files that are named, or below the directories that are named.

    Without a name: the one in the current directory, or else all below it. Those that others only extend are left out,
    which stderr tells. Raises InputError, with `remedy`, if there is none.
    """
    from registry_gitops.deployment import find_configs

    if not named and (here := search_config_file()):
        return [here]
    found = find_configs(named or [Path()])
    for base in found.bases:
        write_stderr(f"skipped {base}: other config files extend it")
    if not found.paths:
        where = "in or below this directory" if not named else f"below {', '.join(map(str, named))}"
        raise InputError.single(f"no {' or '.join(CONFIG_FILES)} {where}: {remedy}")
    return list(found.paths)


def search_config_file() -> Path | None:
    """Return the config file in the current directory, or None. Raises InputError if the directory cannot be read."""
    try:
        return next((Path(name) for name in CONFIG_FILES if Path(name).exists()), None)
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", error.filename) from None


def load_config(path: Path) -> RegistryDeployment:
    """Return the deployment of a config file. What a registry.py prints goes to stderr: it is not our output."""
    from registry_gitops.deployment import load

    with redirect_stdout(sys.stderr):
        return load(path)

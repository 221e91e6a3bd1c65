"""The config files of a command: those that are named, or those in or below the current directory."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Final

from registry_gitops.cli.streams import write_stderr
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES
from registry_gitops.masking import quote

if TYPE_CHECKING:
    from registry_gitops.deployment import FoundConfigs, RegistryDeployment

_REMEDY: Final = "pass CONFIG, or run `registry-gitops init`"


def find_config_files(named: Sequence[Path], remedy: str = _REMEDY) -> list[Path]:
    """Return the config files that are named, or below the directories that are named, or as `search_config_files`.

    Raises InputError, with `remedy`, if there is none.
    """
    return list(search_configs(named, remedy).paths)


def search_configs(named: Sequence[Path], remedy: str = _REMEDY) -> FoundConfigs:
    """Return the config files as `find_config_files` does, and what else was found on the way."""
    found = _search(named) if named else _search_from_here()
    if not found.paths:
        raise no_config_files(named, remedy)
    return found


def list_config_files(named: Sequence[Path]) -> list[Path]:
    """Return what `find_config_files` does, or nothing if there is none."""
    return list(_search(named).paths) if named else search_config_files()


def no_config_files(named: Sequence[Path], remedy: str = _REMEDY) -> InputError:
    """Return the error that there is no config file."""
    where = f"below {', '.join(map(str, named))}" if named else "in or below this directory"
    return InputError.single(f"no {' or '.join(CONFIG_FILES)} {where}: {remedy}")


def search_config_files() -> list[Path]:
    """Return the config file in the current directory, or else all below it, or none.

    Raises InputError if a directory cannot be read.
    """
    return list(_search_from_here().paths)


def _search_from_here() -> FoundConfigs:
    from registry_gitops.deployment import FoundConfigs

    here = _search_here()
    return FoundConfigs((here,)) if here else _search([Path()])


def _search(paths: Sequence[Path]) -> FoundConfigs:
    """Return the config files of these paths.

    Those that others only extend are left out, and so is what seems to be no config file; stderr tells both.
    """
    from registry_gitops.deployment import find_configs

    found = find_configs(paths)
    for base in found.bases:
        write_stderr(f"skipped {base}: other config files extend it")
    for path, key in found.others.items():
        write_stderr(f"skipped {path}: {quote(key)} is no key of a config file; name the file if it is one")
    return found


def _search_here() -> Path | None:
    """Return the config file in the current directory, or None. Raises InputError if the directory cannot be read."""
    try:
        return next((Path(name) for name in CONFIG_FILES if Path(name).exists()), None)
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", error.filename) from None


def load_deployments(path: Path) -> Mapping[str, RegistryDeployment]:
    """Return the deployments of a config file by directory: one that is called "", or those that a registry.py defines.

    What a registry.py prints goes to stderr: it is not our output.
    """
    from registry_gitops.deployment import load_config_file

    with redirect_stdout(sys.stderr):
        return load_config_file(path).deployments

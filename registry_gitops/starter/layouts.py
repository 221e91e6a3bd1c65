"""The layouts of a repository: which one a directory shows, and the starter of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from registry_gitops.render import path_in_repository
from registry_gitops.starter.flat import flat_starter
from registry_gitops.starter.monorepo import monorepo_starter
from registry_gitops.starter.options import Layout, Starter, StarterOptions
from registry_gitops.starter.per_app import find_flux_files, per_app_starter

_STARTERS: Final[Mapping[Layout, Callable[[Path, StarterOptions], Starter]]] = {
    "flat": flat_starter,
    "monorepo": monorepo_starter,
    "per-app": per_app_starter,
}


def find_layout(directory: Path | str) -> Layout:
    """Return the layout that a directory shows: by the ks.yaml of applications, by apps/base, or else `flat`.

    Raises InputError if the path cannot be followed.
    """
    directory = Path(directory)
    path_in_repository(directory)
    if find_flux_files(directory):
        return "per-app"
    return "monorepo" if (directory / "apps/base").is_dir() else "flat"


def make_starter(directory: Path | str, layout: Layout, options: StarterOptions) -> Starter:
    """Return the files for a directory, which need not exist. Reads only what the layout of its repository is.

    Raises InputError for what no deployment can have; the key of each problem is `name`, `namespace`, `url`, or, for
    `directory`, `path`.
    """
    path_in_repository(directory)
    return _STARTERS[layout](Path(directory), options)

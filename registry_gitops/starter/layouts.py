"""The layouts of a repository: which one a directory shows, and the starter of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from registry_gitops.render import path_in_repository
from registry_gitops.starter.flat import flat_starter
from registry_gitops.starter.monorepo import monorepo_starter
from registry_gitops.starter.options import Layout, Starter, StarterOptions
from registry_gitops.starter.per_app import find_flux_files, is_application, per_app_starter

_STARTERS: Final[Mapping[Layout, Callable[[Path, StarterOptions], Starter]]] = {
    "flat": flat_starter,
    "monorepo": monorepo_starter,
    "per-app": per_app_starter,
}


class ShownLayout(NamedTuple):
    """What a directory shows of a deployment in it."""

    layout: Layout = "flat"
    name: str = "docker-registry"
    namespace: str = "docker-registry"


def find_layout(directory: Path | str) -> ShownLayout:
    """Return the layout that a directory shows: by the ks.yaml of applications, by apps/base, or else `flat`.

    In that of an application, the names are those of the directory and of the one above it. Raises InputError if the
    path cannot be followed.
    """
    directory = Path(directory)
    path_in_repository(directory)
    if is_application(directory):
        path = directory.resolve()
        return ShownLayout("per-app", path.name, path.parent.name)
    if find_flux_files(directory):
        return ShownLayout("per-app")
    return ShownLayout("monorepo") if (directory / "apps/base").is_dir() else ShownLayout()


def make_starter(directory: Path | str, layout: Layout, options: StarterOptions) -> Starter:
    """Return the files for a directory, which need not exist. Reads only what the layout of its repository is.

    Raises InputError for what no deployment can have; the key of each problem is `name`, `namespace`, `url`, or, for
    `directory`, `path`.
    """
    path_in_repository(directory)
    return _STARTERS[layout](Path(directory), options)

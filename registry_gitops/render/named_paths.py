"""Look at the output directory for the rules: what `kustomization` and `flux` name, and what was rendered before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from registry_gitops.checksums import path_from
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.filenames import KUSTOMIZATION_FILES
from registry_gitops.git_repository import find_work_tree, path_in_repository
from registry_gitops.render.earlier_kustomizations import read_earlier_kustomizations
from registry_gitops.render.earlier_rendering import read_earlier_rendering
from registry_gitops.render.overlays import read_overlay
from registry_gitops.render.vendored_chart import (
    find_own_chart,
    find_shared_chart,
    list_chart_inputs,
    read_hidden_chart,
    read_shared_chart,
)
from registry_gitops.rules import NamedPath, OutputDirectory, PathKind, SharedChart

_COMPONENT: Final = re.compile(r"^kind:\s*[\"']?Component\b", re.MULTILINE)

_URL: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://|git::|gh:|[\w.-]+@[\w.-]+:|github\.com/|.*(\.git\b|\?(.*&)?(ref|version)=)"
)
"""How a URL begins that kustomize fetches; or what only a URL of Git has in it."""

_MAX_SIZE: Final = 2**20
"""Bytes of a file that are read."""


ChartReader = Callable[[Path, str], SharedChart]
"""`read_shared_chart`, or what remembers its results."""


def read_output_directory(
    deployment: RegistryDeployment,
    directory: Path | str,
    read_chart: ChartReader = read_shared_chart,
    *,
    reads_earlier: bool = True,
) -> OutputDirectory:
    """Return what rules know of `directory`, which need not exist. Raises InputError if it cannot be read.

    `read_chart` can remember the charts that several deployments share. `reads_earlier` is whether to read back what
    was rendered before, which takes as long as the rest of a check.
    """
    root, path_from_root = Path(directory), path_in_repository(directory)
    try:
        named = {path: _look(root / path) for path in _list_named(deployment)}
        applied = _look_at_applied(deployment, root)
        kustomizations = read_earlier_kustomizations(root) if reads_earlier else ()
        shared = find_shared_chart(deployment, root)
        chart = read_chart(*shared) if shared else None
        own = find_own_chart(deployment, root)
        hidden = read_hidden_chart(own, own.name) if own else None
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", error.filename or directory) from None
    except ValueError:
        raise InputError.single("kustomization names a path with a NUL character") from None
    return OutputDirectory(
        path_in_repository=path_from_root,
        earlier=read_earlier_rendering(root, deployment, kustomizations) if reads_earlier else None,
        named=named,
        applied=applied,
        earlier_kustomizations=kustomizations,
        shared_chart=chart,
        hidden_chart=hidden,
    )


def list_read_paths(deployment: RegistryDeployment, directory: Path) -> list[str]:
    """Return the paths that `read_output_directory` reads, from the directory. Raises OSError."""
    chart = [path_from(directory.resolve(), each) for each in list_chart_inputs(deployment, directory)]
    applied = [
        path_from(directory.resolve(), place / name)
        for applied in _list_applied(deployment, directory).values()
        for place in read_overlay(applied).directories
        for name in KUSTOMIZATION_FILES
    ]
    return [*_list_named(deployment), *applied, *chart]


def _look_at_applied(deployment: RegistryDeployment, directory: Path) -> dict[str, PathKind]:
    found = {path: _look(place).kind for path, place in _list_applied(deployment, directory).items()}
    for path, place in _list_applied(deployment, directory).items():
        if found[path] is PathKind.KUSTOMIZATION and not read_overlay(place).builds(directory.resolve()):
            found[path] = PathKind.OTHER_KUSTOMIZATION
    return found


def _list_applied(deployment: RegistryDeployment, directory: Path) -> dict[str, Path]:
    """Return the directories that `flux` applies, except the output directory: path from the root -> whole path."""
    top = find_work_tree(directory) if deployment.flux else None
    if top is None:
        return {}
    places = {file.applied: top / file.applied for file in deployment.flux_files}
    return {path: place for path, place in places.items() if place != directory.resolve()}


def _list_named(deployment: RegistryDeployment) -> list[str]:
    return [path for path in _paths(deployment) if not _URL.match(path)]


def _paths(deployment: RegistryDeployment) -> Iterator[str]:
    options = deployment.kustomization
    yield from options.resources
    yield from options.components or ()
    yield from (patch.path for patch in options.patches or () if patch.path)


def _look(path: Path) -> NamedPath:
    if path.is_dir():
        for name in KUSTOMIZATION_FILES:
            if (path / name).is_file():
                is_component = _COMPONENT.search(_read(path / name)) is not None
                return NamedPath(PathKind.COMPONENT if is_component else PathKind.KUSTOMIZATION)
        return NamedPath(PathKind.DIRECTORY)
    return NamedPath(PathKind.FILE, _read(path)) if path.exists() else NamedPath(PathKind.MISSING)


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MAX_SIZE).decode("utf-8", "replace")

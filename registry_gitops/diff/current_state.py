"""The state of a deployment as its config file has it now."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from registry_gitops.assets import read_chart
from registry_gitops.deployment import LoadedConfig
from registry_gitops.diff.committed_rendering import read_committed_files
from registry_gitops.diff.git_tree import GitTree, read_texts
from registry_gitops.diff.kustomization_build import apply_kustomization
from registry_gitops.diff.rendering import ReadDirectory, Rendering
from registry_gitops.findings import Finding
from registry_gitops.git_repository import find_work_tree
from registry_gitops.render import (
    ConfigResult,
    check_configs,
    parse_earlier_kustomizations,
    parse_earlier_rendering,
    read_output_directory,
    render,
    with_findings,
)
from registry_gitops.rules import lint

_CHART: Final = "chart/"


@dataclass(frozen=True)
class CurrentState:
    """What one deployment of a config file renders to now, and what the rules find in it."""

    config: Path
    name: str
    """Directory of the deployment, from that of the config file, if the config file defines several."""
    rendering: Rendering
    findings: tuple[Finding, ...] = ()
    problems: tuple[Finding, ...] = ()
    """Why it cannot be rendered."""

    @property
    def directory(self) -> Path:
        """The output directory."""
        return self.config.parent / self.name


def read_current_states(
    configs: Sequence[Path], tree: GitTree | None, allow: Collection[str], show: Callable[[str], None]
) -> list[CurrentState]:
    """Return what config files render to. Writes nothing.

    Rules compare it with what is rendered in `tree`, or else in the directories. `show` gets each config file.
    """
    read_directory = functools.cache(_read_directory)
    results = check_configs(_Check(tree, frozenset(allow)), configs, show)
    return [_state(result, read_directory) for result in results]


def broken_state(config: Path, problems: Iterable[Finding], name: str = "") -> CurrentState:
    """Return the state of a deployment that cannot be compared."""
    return CurrentState(config, name, Rendering({}, _read_nothing, ""), problems=tuple(problems))


@dataclass(frozen=True)
class _Check:
    """Renders a deployment, and runs the rules."""

    tree: GitTree | None
    allow: frozenset[str]

    def __call__(self, result: ConfigResult, loaded: LoadedConfig) -> ConfigResult:
        deployment = loaded.deployments[result.name]
        directory = read_output_directory(deployment, result.directory, reads_earlier=not self.tree)
        if self.tree:
            committed = read_committed_files(self.tree, result.directory)
            kustomizations = parse_earlier_kustomizations(committed)
            directory = replace(
                directory,
                earlier=parse_earlier_rendering(committed, deployment, kustomizations),
                earlier_kustomizations=kustomizations,
            )
        found = lint(deployment, directory, allow=self.allow)
        # The chart is the same for all: a process need not hand it over.
        files = {path: text for path, text in render(deployment).items() if not path.startswith(_CHART)}
        return with_findings(result, found, deployment, tree=files)


def read_remains(directory: Path, committed: Iterable[str]) -> Rendering:
    """Return what is left of the `committed` files of a directory to which nothing renders now."""
    return _build(read_texts(directory, committed), directory, _read_directory)


def _state(result: ConfigResult, read_directory: Callable[[Path], Mapping[str, str]]) -> CurrentState:
    if result.problems:
        return broken_state(result.config, result.problems, result.name)
    rendering = _build(result.tree or {}, result.directory, read_directory)
    return CurrentState(result.config, result.name, rendering, result.findings or ())


def _build(files: Mapping[str, str], directory: Path, read: Callable[[Path], Mapping[str, str]]) -> Rendering:
    root = find_work_tree(directory) or Path().resolve()
    place = Path(os.path.relpath(directory.resolve(), root)).as_posix()
    return apply_kustomization(Rendering(files, _directory_reader(root, directory, read), f"{directory}/", place))


def _directory_reader(root: Path, directory: Path, read: Callable[[Path], Mapping[str, str]]) -> ReadDirectory:
    """Return what reads a directory of the work tree. `render` writes the chart of a directory of its own."""
    own = (directory / "chart").resolve()
    return lambda path: read_chart() if (root / path).resolve() == own else read(root / path)


def _read_directory(directory: Path) -> Mapping[str, str]:
    if directory.is_file():
        found = read_texts(directory.parent, [directory.name])
        return {".": found[directory.name]} if found else {}
    paths = (path.relative_to(directory) for path in directory.rglob("*"))
    return read_texts(directory, (str(path) for path in paths if ".git" not in path.parts))


def _read_nothing(directory: str) -> Mapping[str, str]:
    return {}

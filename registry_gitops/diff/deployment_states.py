"""The states of a deployment that are compared: as a revision of Git has it, and as the config file has it now."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from registry_gitops.codec import YAMLError
from registry_gitops.deployment import load, locate_findings
from registry_gitops.diff.committed_rendering import read_committed_files
from registry_gitops.diff.git_tree import GitTree, read_texts
from registry_gitops.diff.rendering import ReadDirectory, Rendering
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.git_repository import find_work_tree
from registry_gitops.render import parse_earlier_rendering, read_output_directory, render_checked


@dataclass(frozen=True)
class CurrentState:
    """What a config file renders to now, and what the rules find in it."""

    config: Path
    rendering: Rendering
    findings: tuple[Finding, ...] = ()


class StateReader:
    """Reads the states of deployments. What several share is read once."""

    def __init__(self, allow: Collection[str]) -> None:
        self._allow = allow
        self._read_directory = functools.cache(_read_directory)

    def read_current(self, config: Path, committed: Mapping[str, str] | None = None) -> CurrentState:
        """Return what a config file renders to. Raises InputError.

        Rules compare it with the `committed` files, or else with those in its directory. Nothing is written.
        """
        deployment = load(config)
        try:
            directory = read_output_directory(deployment, config.parent)
            if committed is not None:
                directory = replace(directory, earlier=parse_earlier_rendering(committed, deployment))
            findings, files = render_checked(deployment, directory, allow=self._allow)
        except InputError as error:
            raise InputError(locate_findings(config, error.findings)) from None
        return CurrentState(config, self._parse(files, config), locate_findings(config, findings))

    def read_remains(self, config: Path, committed: Mapping[str, str]) -> CurrentState:
        """Return what is left of the files of a config file that is gone: a commit would leave them to Flux."""
        return CurrentState(config, self._parse(read_texts(config.parent, committed), config))

    def _parse(self, files: Mapping[str, str], config: Path) -> Rendering:
        work_tree = find_work_tree(config.parent) or Path()
        return _parse(files, config, lambda directory: self._read_directory(work_tree / directory))


def read_committed(tree: GitTree, config: Path) -> Rendering:
    """Return what a revision has rendered of a config file: no files if it has not. Raises InputError."""
    return _parse(read_committed_files(tree, config.parent), config, tree.read_below)


def _read_directory(directory: Path) -> Mapping[str, str]:
    return read_texts(directory, (str(path.relative_to(directory)) for path in directory.rglob("*")))


def _parse(files: Mapping[str, str], config: Path, read_shared: ReadDirectory) -> Rendering:
    try:
        return Rendering(files, read_shared)
    except YAMLError as error:
        raise InputError.single(f"its rendered files are no YAML: {error.message}", config) from None

"""What a commit would do: the config files as they are now, against what a revision of Git has rendered of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from registry_gitops.codec import YAMLError
from registry_gitops.deployment import RegistryDeployment, locate_findings
from registry_gitops.diff.committed_rendering import read_committed_files
from registry_gitops.diff.deployment_changes import compare_renderings
from registry_gitops.diff.diff_report import DeploymentDiff, DiffReport
from registry_gitops.diff.effect import worst_effect
from registry_gitops.diff.git_tree import GitTree, read_texts
from registry_gitops.diff.helm_template import find_helm
from registry_gitops.diff.plain_objects import key_of
from registry_gitops.diff.rendering import ReadDirectory, Rendering
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.render import parse_earlier_rendering, read_output_directory, render_checked
from registry_gitops.version import __version__

Load = Callable[[Path], RegistryDeployment]
"""What reads a config file."""


@dataclass(frozen=True)
class ComparedDeployment:
    """A deployment before and after a commit."""

    config: Path
    before: Rendering
    after: Rendering
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def diff_deployments(
    configs: Iterable[Path], load: Load, tree: GitTree, against: str, *, allow: Collection[str] = ()
) -> DiffReport:
    """Return what a commit of the config files, and of what they render to, would do against a revision.

    A config file that is gone stands for the removal of its deployment. `allow` are rules whose findings are ignored.
    Raises InputError, with the problems of all config files.
    """
    compared, problems = list[ComparedDeployment](), list[Finding]()
    for config in configs:
        try:
            compared.append(_compare(config, load, tree, allow) if config.exists() else _compare_removed(config, tree))
        except InputError as error:
            problems += error.findings
    if problems:
        raise InputError(dict.fromkeys(problems))
    helm = find_helm()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        deployments = tuple(pool.map(lambda each: _diff(each, helm), _join_moved(compared)))
    effect = worst_effect(each.effect for each in deployments)
    return DiffReport(version=__version__, against=against, effect=effect, deployments=deployments)


def _compare(config: Path, load: Load, tree: GitTree, allow: Collection[str]) -> ComparedDeployment:
    deployment = load(config)
    try:
        directory = read_output_directory(deployment, config.parent)
        committed = read_committed_files(tree, config.parent)
        earlier = parse_earlier_rendering(committed, deployment)
        findings, files = render_checked(deployment, replace(directory, earlier=earlier), allow=allow)
    except InputError as error:
        raise InputError(locate_findings(config, error.findings)) from None
    return ComparedDeployment(
        config,
        _read(committed, config, tree.read_below),
        _read(files, config, tree.read_work_tree),
        locate_findings(config, findings),
    )


def _compare_removed(config: Path, tree: GitTree) -> ComparedDeployment:
    """Return the removal of a deployment: what is left of its files is what the commit would leave."""
    committed = read_committed_files(tree, config.parent)
    if not committed:
        raise InputError.single("no such file, neither here nor rendered in that revision", config)
    return ComparedDeployment(
        config,
        _read(committed, config, tree.read_below),
        _read(read_texts(config.parent, committed), config, tree.read_work_tree),
    )


def _read(files: Mapping[str, str], config: Path, read_shared: ReadDirectory) -> Rendering:
    try:
        return Rendering(files, read_shared)
    except YAMLError as error:
        raise InputError.single(f"its rendered files are no YAML: {error.message}", config) from None


def _join_moved(compared: list[ComparedDeployment]) -> Iterator[ComparedDeployment]:
    """Yield the deployments; one that moved to another directory is one, and neither removed nor new."""
    removed = {key: each for each in compared if not each.after.files and (key := _release_key(each.before))}
    added = {key: each for each in compared if not each.before.files and (key := _release_key(each.after))}
    moved = {key: removed[key] for key in removed if key in added}
    for each in compared:
        origin = moved.get(_release_key(each.after) or _release_key(each.before))
        if origin is None:
            yield each
        elif each is not origin:
            yield replace(each, before=origin.before, notes=(f"moved from {origin.config}",))


def _release_key(rendering: Rendering) -> object:
    return key_of(rendering.release) if rendering.release else None


def _diff(compared: ComparedDeployment, helm: str | None) -> DeploymentDiff:
    changes, notes = compare_renderings(compared.before, compared.after, helm)
    return DeploymentDiff(
        config=str(compared.config),
        effect=worst_effect(change.effect for change in changes),
        changes=changes,
        findings=compared.findings,
        notes=(*compared.notes, *notes),
    )

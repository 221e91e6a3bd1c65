"""What a commit of any number of config files would do, against a revision of Git, or against a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from registry_gitops.cluster import Kubectl
from registry_gitops.diff.committed_rendering import prefetch_committed_files, read_committed_files
from registry_gitops.diff.current_state import CurrentState, read_current_states, read_remains
from registry_gitops.diff.deployment_changes import compare_renderings
from registry_gitops.diff.diff_report import DeploymentDiff, DiffReport, ObjectChange
from registry_gitops.diff.effect import worst_effect
from registry_gitops.diff.git_tree import GitTree
from registry_gitops.diff.helm_template import Helm, open_helm
from registry_gitops.diff.kustomization_build import apply_kustomization
from registry_gitops.diff.live_changes import compare_with_cluster
from registry_gitops.diff.plain_objects import key_of
from registry_gitops.diff.rendering import Rendering
from registry_gitops.errors import InputError
from registry_gitops.version import __version__

_CLUSTER: Final = "the cluster"

Show = Callable[[str], None]


@dataclass(frozen=True)
class _Step:
    """A deployment before and after a commit."""

    before: Rendering
    after: CurrentState
    origin: str = ""
    """Config file that it had before, if it was moved."""


def diff_deployments(
    configs: Sequence[Path], tree: GitTree, *, allow: Collection[str] = (), show: Show = lambda step: None
) -> DiffReport:
    """Return what a commit of the config files, and of what they render to, would do against a revision.

    A config file that is gone stands for the removal of its deployment. `allow` are rules whose findings are ignored.
    `show` is called with each config file. Raises InputError, with the problems of all config files.
    """
    prefetch_committed_files(tree, {config.parent: None for config in configs})
    removed = [_removal(config, tree) for config in configs if not config.exists()]
    states = read_current_states([config for config in configs if config.exists()], tree, allow, show)
    steps = [*(_Step(_read_committed(tree, state.directory), state) for state in states), *removed]
    with open_helm() as helm, ThreadPoolExecutor(os.cpu_count()) as pool:
        deployments = pool.map(lambda step: _diff(step, helm), _join_moved(steps))
        return _report(tree.revision, tuple(deployments))


def diff_with_cluster(
    configs: Sequence[Path], kubectl: Kubectl, *, allow: Collection[str] = (), show: Show = lambda step: None
) -> DiffReport:
    """Return what Flux would change in a cluster if it applied the config files, as the API server tells it.

    Nothing is changed: kubectl only tries (`--dry-run=server`). Raises InputError as `diff_deployments` does, and
    ClusterError if the cluster is unreachable.
    """
    deployments = []
    with open_helm() as helm:
        for state in read_current_states(configs, None, allow, lambda step: None):
            show(str(state.config))
            deployments.append(_describe(state, *compare_with_cluster(state.rendering, helm, kubectl)))
    return _report(_CLUSTER, tuple(deployments))


def _removal(config: Path, tree: GitTree) -> _Step:
    before = _read_committed(tree, config.parent)
    if not before.files:
        raise InputError.single(f"no such file, and {tree.revision} has nothing that was rendered of it", config)
    return _Step(before, read_remains(config, before.files))


def _read_committed(tree: GitTree, directory: Path) -> Rendering:
    rendering = Rendering(read_committed_files(tree, directory), tree.read_below, f"{tree.revision}:{directory}/")
    return apply_kustomization(rendering, lambda: tree.read_below(tree.place_of(directory)))


def _join_moved(steps: Sequence[_Step]) -> Iterator[_Step]:
    """Yield the deployments; one that moved to another directory is one, and neither removed nor new."""
    removed = {_release_key(step.before): step for step in steps if not step.after.rendering.files}
    added = {_release_key(step.after.rendering) for step in steps if not step.before.files}
    moved = {key: step for key, step in removed.items() if key in added and key is not None}
    for step in steps:
        if not step.before.files and (origin := moved.get(_release_key(step.after.rendering))):
            yield _Step(origin.before, step.after, str(origin.after.config))
        elif step not in moved.values():
            yield step


def _release_key(rendering: Rendering) -> object:
    return key_of(rendering.release) if rendering.release else None


def _diff(step: _Step, helm: Helm | None) -> DeploymentDiff:
    changes, notes = compare_renderings(step.before, step.after.rendering, helm)
    return _describe(step.after, changes, (*([f"moved from {step.origin}"] if step.origin else []), *notes))


def _describe(state: CurrentState, changes: tuple[ObjectChange, ...], notes: tuple[str, ...]) -> DeploymentDiff:
    return DeploymentDiff(
        config=str(state.config),
        name=state.name,
        effect=worst_effect(change.effect for change in changes),
        changes=changes,
        findings=state.findings,
        notes=notes,
    )


def _report(against: str, deployments: tuple[DeploymentDiff, ...]) -> DiffReport:
    effect = worst_effect(each.effect for each in deployments)
    return DiffReport(version=__version__, against=against, effect=effect, deployments=deployments)

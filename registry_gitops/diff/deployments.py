"""What a commit of any number of config files would do, against a revision of Git, or against a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from registry_gitops.cluster import Kubectl
from registry_gitops.diff.committed_rendering import prefetch_committed_files
from registry_gitops.diff.current_state import CurrentState, read_current_states
from registry_gitops.diff.deployment_changes import compare_renderings
from registry_gitops.diff.diff_report import DeploymentDiff, DiffReport, ObjectChange
from registry_gitops.diff.effect import worst_effect
from registry_gitops.diff.git_tree import GitTree
from registry_gitops.diff.helm_template import Helm, open_helm
from registry_gitops.diff.hidden_values import hide_secrets
from registry_gitops.diff.live_changes import compare_with_cluster
from registry_gitops.diff.live_pruning import find_pruned
from registry_gitops.diff.steps import Step, add_removals, build_step, is_elsewhere
from registry_gitops.diff.unchanged import find_unchanged
from registry_gitops.errors import InputError
from registry_gitops.version import __version__

_CLUSTER: Final = "the cluster"

Show = Callable[[str], None]


def diff_deployments(
    configs: Sequence[Path],
    tree: GitTree,
    *,
    directories: Sequence[Path] = (),
    allow: Collection[str] = (),
    show: Show = lambda step: None,
) -> DiffReport:
    """Return what a commit of the config files, and of what they render to, would do against a revision.

    A config file that is gone stands for the removal of what it rendered, and so does each directory below
    `directories` that has rendered files in the revision only. `allow` are rules whose findings are ignored. `show` is
    called with each config file. Raises InputError if not a single deployment can be compared.
    """
    existing = [config for config in configs if config.exists()]
    unchanged = {str(config): config for config in find_unchanged(tree, existing)}
    others = [config for config in existing if str(config) not in unchanged]
    prefetch_committed_files(tree, {config.parent: None for config in others})
    steps = [build_step(tree, state) for state in read_current_states(others, tree, allow, show)]
    with open_helm() as helm, ThreadPoolExecutor(os.cpu_count()) as pool:
        joined = add_removals(tree, steps, configs, directories, unchanged.values())
        deployments = [DeploymentDiff(config=config) for config in unchanged]
        deployments += pool.map(lambda step: _diff(step, helm), joined)
    order = {str(config): number for number, config in enumerate(configs)}
    return _report(tree.revision, tuple(sorted(deployments, key=lambda each: order.get(each.config, len(order)))))


def diff_with_cluster(
    configs: Sequence[Path],
    kubectl: Kubectl,
    tree: GitTree | None = None,
    *,
    directories: Sequence[Path] = (),
    allow: Collection[str] = (),
    show: Show = lambda step: None,
) -> DiffReport:
    """Return what Flux would change in a cluster if it applied the config files, as the API server tells it.

    Nothing is changed: kubectl only tries (`--dry-run=server`). What is in `tree` and in the files no more is pruned;
    without a tree, that is not known. Raises InputError as `diff_deployments` does, and ClusterError if the cluster is
    unreachable.
    """
    deployments = []
    states = read_current_states([config for config in configs if config.exists()], None, allow, lambda step: None)
    steps = [_build_live_step(tree, state) for state in states]
    with open_helm() as helm:
        for step in add_removals(tree, steps, configs, directories) if tree else steps:
            show(str(step.after.config))
            deployments.append(_diff_live(step, helm, kubectl))
    return _report(_CLUSTER, tuple(deployments))


def _build_live_step(tree: GitTree | None, state: CurrentState) -> Step:
    is_known = tree is not None and not is_elsewhere(tree, state.directory)
    return build_step(tree, state) if tree and is_known else Step(state.rendering, state)


def _diff_live(step: Step, helm: Helm | None, kubectl: Kubectl) -> DeploymentDiff:
    if step.after.problems:
        return _describe(step.after, (), ())
    found = compare_with_cluster(step.after.rendering, helm, kubectl)
    changes, notes = hide_secrets(*found, step.after.rendering.collected.secrets)
    return _describe(step.after, (*changes, *find_pruned(kubectl, step.before, step.after.rendering)), notes)


def _diff(step: Step, helm: Helm | None) -> DeploymentDiff:
    if step.after.problems:
        return _describe(step.after, (), ())
    changes, notes = compare_renderings(step.before, step.after.rendering, helm, step.applied)
    secrets = (each.collected.secrets for each in (step.before, step.after.rendering, step.applied) if each)
    changes, notes = hide_secrets(changes, notes, frozenset().union(*secrets))
    return _describe(step.after, changes, (*step.notes, *notes))


def _describe(state: CurrentState, changes: tuple[ObjectChange, ...], notes: tuple[str, ...]) -> DeploymentDiff:
    return DeploymentDiff(
        config=str(state.config),
        name=state.name,
        effect=worst_effect(change.effect for change in changes),
        changes=changes,
        findings=state.findings,
        problems=state.problems,
        notes=notes,
    )


def _report(against: str, deployments: tuple[DeploymentDiff, ...]) -> DiffReport:
    effect = worst_effect(each.effect for each in deployments)
    report = DiffReport(version=__version__, against=against, effect=effect, deployments=deployments)
    if report.problems and all(each.problems for each in deployments):
        raise InputError(report.problems)
    return report

"""The checks behind `registry-gitops render`, for any number of config files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from registry_gitops.deployment import load, locate_findings
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.forking import map_in_processes
from registry_gitops.render.comparison import Plan, Tree
from registry_gitops.render.pipeline import check_valid
from registry_gitops.render.tree import render
from registry_gitops.rules import lint

_LEAST_PER_PROCESS: Final = 16
"""Config files for which a process is worth its start."""


@dataclass(frozen=True)
class ConfigResult:
    """What came of one config file."""

    config: Path
    problems: tuple[Finding, ...] = ()
    """Why it cannot be rendered."""
    findings: tuple[Finding, ...] | None = None
    """What the rules found; None if they did not run, because of a problem."""
    switched_off: Mapping[str, str] = field(default_factory=dict)
    """The rules that the config file switches off, each with its reason."""
    plan: Plan | None = None
    """What writing its rendered files would change, if they were compared."""
    tree: Tree | None = field(default=None, repr=False)
    """Its rendered files, if they were not compared."""


def compare_configs(
    configs: Sequence[Path],
    output_dir: Path | None = None,
    *,
    allow: Collection[str] = (),
    show: Callable[[str], None] = lambda step: None,
) -> list[ConfigResult]:
    """Check config files, and compare what they render to with `output_dir` (default: the directory of each).

    The results are in the order of `configs`. `show` is called with each config file. Writes nothing.
    """
    return _refuse_shared_files(list(_map(functools.partial(_compare, output_dir, allow), configs, show)))


def render_configs(
    configs: Sequence[Path], *, allow: Collection[str] = (), show: Callable[[str], None] = lambda step: None
) -> list[ConfigResult]:
    """Check config files, and render them, without a look at any output directory."""
    return list(_map(functools.partial(_render, allow), configs, show))


def _map(
    function: Callable[[Path], ConfigResult], configs: Sequence[Path], show: Callable[[str], None]
) -> Iterator[ConfigResult]:
    for result in map_in_processes(function, configs, least=_LEAST_PER_PROCESS):
        show(str(result.config))
        yield result


def _compare(output_dir: Path | None, allow: Collection[str], config: Path) -> ConfigResult:
    try:
        deployment = load(config)
        findings, plan = check_valid(deployment, output_dir or config.parent, allow=allow)
        located = locate_findings(config, findings)
    except InputError as error:
        return _failure(config, error)
    return ConfigResult(config, findings=located, switched_off=deployment.switched_off_rules, plan=plan)


def _render(allow: Collection[str], config: Path) -> ConfigResult:
    try:
        deployment = load(config)
        findings, tree = lint(deployment, allow=allow), render(deployment)
        located = locate_findings(config, findings)
    except InputError as error:
        return _failure(config, error)
    return ConfigResult(config, findings=located, switched_off=deployment.switched_off_rules, tree=tree)


def _failure(config: Path, error: InputError) -> ConfigResult:
    try:
        return ConfigResult(config, problems=locate_findings(config, error.findings))
    except InputError:  # The file cannot be read, which the first error says too.
        return ConfigResult(config, problems=error.in_file(config).findings)


def _refuse_shared_files(results: list[ConfigResult]) -> list[ConfigResult]:
    """Return the results, with a problem for each config file that renders to a directory of one before it."""
    owners: dict[Path, Path] = {}
    return [_refuse_shared(result, owners) for result in results]


def _refuse_shared(result: ConfigResult, owners: dict[Path, Path]) -> ConfigResult:
    if result.plan is None:
        return result
    owner = owners.setdefault(result.plan.directory.resolve(), result.config)
    if owner is result.config:
        return result
    message = f"renders to the same directory as {owner}: move one of them"
    return ConfigResult(result.config, problems=InputError.single(message, result.config).findings)

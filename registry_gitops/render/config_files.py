"""The checks behind `registry-gitops render`, for any number of config files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from registry_gitops.checksums import InputDigests, Inputs, checksum, path_from
from registry_gitops.deployment import (
    ConfigText,
    LoadedConfig,
    RegistryDeployment,
    key_in_program,
    load_config_file,
    locate_findings,
)
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.forking import map_in_processes
from registry_gitops.git_repository import find_work_tree
from registry_gitops.render.comparison import Plan, Tree
from registry_gitops.render.named_paths import ChartReader, list_read_paths
from registry_gitops.render.outside_files import is_outside, rendered_path
from registry_gitops.render.pipeline import check_loaded
from registry_gitops.render.tree import render
from registry_gitops.render.vendored_chart import read_shared_chart
from registry_gitops.rules import lint

_LEAST_PER_PROCESS: Final = 16
"""Config files for which a process is worth its start."""


@dataclass(frozen=True)
class ConfigResult:
    """What came of one config file, or of one deployment of those that a Python file defines."""

    config: Path
    name: str = ""
    """Directory, from that of the config file, of one of several deployments."""
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

    @property
    def directory(self) -> Path:
        """The output directory, unless another one was named."""
        return self.config.parent / self.name


def compare_configs(
    configs: Sequence[Path],
    output_dir: Path | None = None,
    *,
    allow: Collection[str] = (),
    unchanged: Iterable[Path] = (),
    show: Callable[[str], None] = lambda step: None,
) -> list[ConfigResult]:
    """Check config files, and compare what they render to with `output_dir` (default: the directory of each).

    The results are in the order of `configs`. `unchanged` are others, which need no check, and whose directories are
    theirs. `show` is called with each config file. Writes nothing.
    """
    owners = {config.parent.resolve(): ConfigResult(config) for config in unchanged}
    results = check_configs(_Comparison(output_dir, allow).compare, configs, show)
    return [_refuse_shared(result, owners) for result in results]


def render_configs(
    configs: Sequence[Path], *, allow: Collection[str] = (), show: Callable[[str], None] = lambda step: None
) -> list[ConfigResult]:
    """Check config files, and render them, without a look at any output directory."""
    return list(check_configs(functools.partial(_render, allow), configs, show))


ConfigCheck = Callable[[ConfigResult, LoadedConfig], ConfigResult]
"""What returns the result of one deployment, given the one that has its name alone. Raises InputError."""


def check_configs(check: ConfigCheck, configs: Sequence[Path], show: Callable[[str], None]) -> Iterator[ConfigResult]:
    """Yield what `check` returns for each deployment of the config files, and the problems of the others."""
    check_config = functools.partial(_check_config, check, {})
    checked = map_in_processes(check_config, configs, least=_LEAST_PER_PROCESS)
    for config, results in zip(configs, checked, strict=True):
        show(str(config))
        yield from results


def _check_config(check: ConfigCheck, bases: dict[Path, ConfigText], config: Path) -> list[ConfigResult]:
    try:
        loaded = load_config_file(config, bases)
    except InputError as error:
        return [_failure(ConfigResult(config), error)]
    return [_check_deployment(check, ConfigResult(config, name), loaded) for name in loaded.deployments]


def _check_deployment(check: ConfigCheck, result: ConfigResult, loaded: LoadedConfig) -> ConfigResult:
    try:
        return check(result, loaded)
    except InputError as error:
        return _failure(result, error)


@dataclass(frozen=True)
class _Comparison:
    """The check of one deployment after another, which reads once what several of them share."""

    output_dir: Path | None
    allow: Collection[str]
    work_trees: dict[str, str] = field(default_factory=dict)
    digests: InputDigests = field(default_factory=InputDigests)
    read_chart: ChartReader = field(default_factory=lambda: functools.cache(read_shared_chart))

    def compare(self, result: ConfigResult, loaded: LoadedConfig) -> ConfigResult:
        if self.output_dir and result.name:
            raise InputError.single("defines `deployments`, each with its directory: leave out --output-dir")
        deployment, directory = loaded.deployments[result.name], self.output_dir or result.directory
        # Before the check: what changes in the meantime has another digest later.
        inputs = self._digest_inputs(loaded, deployment, directory)
        found, plan = check_loaded(deployment, directory, self.read_chart, allow=self.allow)
        if not (found or self.allow):
            plan = replace(plan, inputs=inputs)
        return with_findings(result, found, deployment, plan=plan)

    def _digest_inputs(self, loaded: LoadedConfig, deployment: RegistryDeployment, directory: Path) -> Inputs:
        """Return the digests of all files that a check depends on; nothing if they are not known.

        Nothing too if one is outside of the Git repository: its path is that of one machine.
        """
        try:
            work_tree = find_work_tree(directory, self.work_trees)
            inputs = {path_from(directory, path): checksum(content) for path, content in loaded.sources.items()}
            read = list_read_paths(deployment, directory) if inputs else []
            inputs |= {path: self.digests.get(directory, path) for path in read}
            is_outside = work_tree and any(not _is_below(directory / path, work_tree) for path in inputs)
            return {} if is_outside else inputs
        except (OSError, ValueError):  # an unreadable file, which the check reports; another drive; a NUL byte
            return {}


def _is_below(path: Path, directory: Path) -> bool:
    return path.resolve().is_relative_to(directory)


def _render(allow: Collection[str], result: ConfigResult, loaded: LoadedConfig) -> ConfigResult:
    deployment = loaded.deployments[result.name]
    return with_findings(result, lint(deployment, allow=allow), deployment, tree=render(deployment))


def with_findings(
    result: ConfigResult,
    found: Iterable[Finding],
    deployment: RegistryDeployment,
    *,
    plan: Plan | None = None,
    tree: Tree | None = None,
) -> ConfigResult:
    """Return a result with what was found in its deployment, at its place in the config file."""
    findings = locate_findings(result.config, _name_deployment(result, found))
    return replace(result, findings=findings, switched_off=deployment.switched_off_rules, plan=plan, tree=tree)


def _failure(result: ConfigResult, error: InputError) -> ConfigResult:
    problems = _name_deployment(result, error.findings)
    try:
        return replace(result, problems=locate_findings(result.config, problems))
    except InputError:  # The file cannot be read, which the first error says too.
        return replace(result, problems=InputError(problems).in_file(result.config).findings)


def _name_deployment(result: ConfigResult, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with their keys as the config file has them: it can define several deployments."""
    if not result.name:
        return tuple(found)
    located = ((each, each.location) for each in found)
    return tuple(
        each if at.file else replace(each, location=replace(at, key=key_in_program(result.name, at.key)))
        for each, at in located
    )


def _refuse_shared(result: ConfigResult, owners: dict[Path, ConfigResult]) -> ConfigResult:
    """Return a result, or a problem if it has a directory, or a file, of another one; add them to `owners`."""
    if result.plan is None:
        return result
    written = [change.path for change in result.plan.changes if change.after is not None]
    for path in ("", *filter(is_outside, written)):
        place = rendered_path(result.plan.directory, path).resolve()
        owner = owners.setdefault(place, result)
        if owner is not result:
            what = f"the same {place.name}" if path else "the same directory"
            remedy = "give one of them another flux.name or flux.file" if path else "move one of them"
            other = ": ".join(filter(None, (str(owner.config), key_in_program(owner.name, ""))))
            message = f"renders to {what} as {other}: {remedy}"
            return _failure(replace(result, plan=None, findings=None), InputError.single(message))
    return result

"""The checks behind `registry-gitops render`, for any number of config files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from registry_gitops.checksums import Inputs, checksum, digest_input, path_from
from registry_gitops.deployment import LoadedConfig, load, load_config_file, locate_findings
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.forking import map_in_processes
from registry_gitops.render.comparison import Plan, Tree
from registry_gitops.render.named_paths import list_named_paths
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
    unchanged: Iterable[Path] = (),
    show: Callable[[str], None] = lambda step: None,
) -> list[ConfigResult]:
    """Check config files, and compare what they render to with `output_dir` (default: the directory of each).

    The results are in the order of `configs`. `unchanged` are others, which need no check, and whose directories are
    theirs. `show` is called with each config file. Writes nothing.
    """
    owners = {config.parent.resolve(): config for config in unchanged}
    results = list(_map(functools.partial(_compare, output_dir, allow), configs, show))
    return [_refuse_shared(result, owners) for result in results]


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
    directory = output_dir or config.parent
    try:
        loaded = load_config_file(config)
        deployment = loaded.deployment
        inputs = _digest_inputs(loaded, directory)
        findings, plan = check_valid(deployment, directory, allow=allow)
        located = locate_findings(config, findings)
    except InputError as error:
        return _failure(config, error)
    if not (findings or allow):
        plan = replace(plan, inputs=inputs)
    return ConfigResult(config, findings=located, switched_off=deployment.switched_off_rules, plan=plan)


def _digest_inputs(loaded: LoadedConfig, directory: Path) -> Inputs:
    """Return the digests of all files that a check of a deployment depends on; nothing if they are not known.

    Call it before the check: what changes in the meantime has another digest later.
    """
    try:
        inputs = {path_from(directory, path): checksum(content) for path, content in loaded.sources.items()}
        named = list_named_paths(loaded.deployment)
        return {**inputs, **{path: digest_input(directory, path) for path in named}} if inputs else {}
    except (OSError, ValueError):  # an unreadable file, which the check reports; another drive; a NUL byte
        return {}


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


def _refuse_shared(result: ConfigResult, owners: dict[Path, Path]) -> ConfigResult:
    """Return a result, or a problem if the config file renders to a directory of another one; add it to `owners`."""
    if result.plan is None:
        return result
    owner = owners.setdefault(result.plan.directory.resolve(), result.config)
    if owner is result.config:
        return result
    message = f"renders to the same directory as {owner}: move one of them"
    return ConfigResult(result.config, problems=InputError.single(message, result.config).findings)

"""One run of `render`, for any number of config files. Loads no model, and not Typer, if none of them changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from registry_gitops.checksums import SealChecks, find_leftovers
from registry_gitops.cli.config_file import search_configs
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.progress import Progress
from registry_gitops.cli.render_text import print_changes, print_diff, print_leftovers
from registry_gitops.cli.streams import write_stdout
from registry_gitops.findings import Severity

if TYPE_CHECKING:
    from registry_gitops.cli.reports import Output
    from registry_gitops.deployment import FoundConfigs
    from registry_gitops.render import ConfigResult


@dataclass(frozen=True)
class RenderOptions:
    """The options of the command."""

    output_dir: Path | None = None
    check: bool = False
    diff: bool = False
    force: bool = False
    allow: Collection[str] = ()
    fail_on: Severity = Severity.ERROR
    outputs: Sequence[Output] = ()


def run_plain_render(paths: Sequence[str], *, check: bool) -> ExitCode:
    """Run `render` with nothing but paths and `--check`."""
    return run_render(search_configs([Path(path) for path in paths]), RenderOptions(check=check))


def run_render(found: FoundConfigs, options: RenderOptions) -> ExitCode:
    """Check the config files, write what they render to or print how it differs, and write the reports."""
    is_comparison, lists = options.check or options.diff, options.check or not options.diff
    configs = found.paths
    unchanged = _find_unchanged(configs, options)
    if len(unchanged) == len(configs):
        if lists:
            print_changes([], list(unchanged.values()), is_check=is_comparison)
        print_leftovers(find_leftovers(found.rendered, unchanged.values(), ()))
        return ExitCode.OK
    from registry_gitops.cli.render_report import RenderReport
    from registry_gitops.render import write_plans

    with RenderReport(options.outputs, options.allow, options.fail_on, len(unchanged)) as report:
        results = _compare([config for config in configs if config not in unchanged], unchanged, options)
        report.add(results)
        plans = [result.plan for result in results if result.plan]
        if not is_comparison:
            with Progress() as progress:
                progress.show(f"writing to {len(plans)} directories" if len(plans) > 1 else "writing")
                write_plans(plans, force=options.force)
        report.compares = is_comparison
        if lists and not report.is_on_stdout:
            print_changes(plans, list(unchanged.values()), is_check=is_comparison)
        if options.diff:
            print_diff(plans, is_single=len(plans) + len(unchanged) == 1)
        print_leftovers(_find_leftovers(found, results, [*unchanged.values(), *(plan.directory for plan in plans)]))
    return ExitCode.FINDINGS if is_comparison and any(plan.pending for plan in plans) else ExitCode.OK


def print_stream(configs: Sequence[Path], allow: Collection[str], fail_on: Severity, outputs: Sequence[Output]) -> None:
    """Check the config files, print their objects as one YAML stream, and write the reports."""
    from registry_gitops.cli.render_report import RenderReport
    from registry_gitops.render import format_stream, render_configs

    with RenderReport(outputs, allow, fail_on) as report:
        with showing_configs(configs) as show:
            results = render_configs(configs, allow=allow, show=show)
        report.add(results)
        write_stdout("".join(format_stream(result.tree) for result in results if result.tree))


def _find_unchanged(configs: Sequence[Path], options: RenderOptions) -> dict[Path, Path]:
    """Return the config files that need no check, with their output directories.

    All is as it was after the last check, which found nothing. A report tells what was checked, so it needs all checks.
    """
    if options.outputs:
        return {}
    checks = SealChecks()
    places = {config: options.output_dir or config.parent for config in configs}
    return {config: directory for config, directory in places.items() if checks.is_unchanged(config, directory)}


def _find_leftovers(
    found: FoundConfigs, results: Sequence[ConfigResult], current: Sequence[Path]
) -> Iterator[tuple[Path, Path]]:
    from registry_gitops.deployment import find_rendered

    programs = {result.config: None for result in results if result.name}
    below = (directory for program in programs for directory in find_rendered(program.parent))
    return find_leftovers(dict.fromkeys((*found.rendered, *below)), current, programs)


def _compare(configs: Sequence[Path], unchanged: Collection[Path], options: RenderOptions) -> list[ConfigResult]:
    from registry_gitops.render import compare_configs

    with showing_configs(configs) as show:
        return compare_configs(configs, options.output_dir, allow=options.allow, unchanged=unchanged, show=show)


@contextmanager
def showing_configs(configs: Sequence[Path]) -> Iterator[Callable[[str], None]]:
    """Show each config file on a terminal. What a registry.py prints goes to stderr: it is not our output."""
    with Progress(len(configs)) as progress, redirect_stdout(sys.stderr):
        yield progress.show_next

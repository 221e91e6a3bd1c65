"""registry-gitops render: directories of a GitOps repository, from config files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from registry_gitops.cli.config_file import search_configs
from registry_gitops.cli.render_run import RenderOptions, print_stream, run_render
from registry_gitops.cli.reports import OutputOption, check_outputs
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES
from registry_gitops.findings import Severity


def render(
    config: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CONFIG",
            help="Config file: YAML, or a Python file that defines `deployment`; or a directory with config files.",
            show_default=f"{' or '.join(CONFIG_FILES)}, or all below",
        ),
    ] = None,
    output_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Directory to write to; created if missing.", show_default="directory of CONFIG"
        ),
    ] = None,
    stdout: Annotated[
        bool, typer.Option("--stdout", help="Print the objects as one YAML stream; write nothing.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; list the files that differ; exit 1 if any differ."),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Write nothing; print a unified diff; exit 1 if any file differs."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that were edited after rendering.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Ignore the findings of RULE, for example plaintext-password. Repeatable."),
    ] = None,
    fail_on: Annotated[
        Severity,
        typer.Option("--fail-on", help="Least severe finding that makes it write nothing and exit 1."),
    ] = Severity.ERROR,
    output_: OutputOption = [],  # noqa: B006 - Typer copies it
) -> None:
    """Render config files to Flux manifests, READMEs, and charts.

    Prints each change. Never changes files that it did not write; stops if a rendered file was edited. Renders
    all of the config files, or none.
    """
    _refuse_together(stdout, check or diff, force, output_dir)
    check_outputs(output_, stdout_option="--stdout" if stdout else "--diff" if diff else "")
    if allow:
        _refuse_unknown(allow)
    found = search_configs(config or ())
    if output_dir and len(found.paths) > 1:
        raise typer.BadParameter("needs a single config file", param_hint="--output-dir")
    if stdout:
        print_stream(found.paths, allow or (), fail_on, output_)
        return
    options = RenderOptions(output_dir, check, diff, force, allow or (), fail_on, output_)
    raise typer.Exit(run_render(found, options))


def _refuse_together(stdout: bool, compares: bool, force: bool, output_dir: Path | None) -> None:
    if stdout and (compares or force or output_dir):
        raise typer.BadParameter(
            "cannot be combined with --check, --diff, --force, or --output-dir", param_hint="--stdout"
        )
    if force and compares:
        raise typer.BadParameter("cannot be combined with --check or --diff", param_hint="--force")


def _refuse_unknown(rules: Iterable[str]) -> None:
    from registry_gitops.rules import parse_rule_ids

    try:
        parse_rule_ids(rules)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--allow") from None

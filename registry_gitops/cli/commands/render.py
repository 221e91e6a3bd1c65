"""registry-gitops render: the directory of a GitOps repository, from a config file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_gitops.cli.config_file import find_config_file, load_config
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.render_report import RenderReport
from registry_gitops.cli.reports import OutputOption, check_outputs
from registry_gitops.cli.streams import colorize_diff, write_stderr, write_stdout
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES
from registry_gitops.findings import Severity

if TYPE_CHECKING:
    from registry_gitops.render import Plan


def render(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="CONFIG",
            help="Config file: YAML, or a Python file that defines `deployment`.",
            show_default=" or ".join(CONFIG_FILES),
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
    """Render the config file to Flux manifests, README, and chart.

    Prints each change. Never changes files that it did not write; stops if a rendered file was edited.
    """
    _refuse_together(stdout, check or diff, force, output_dir)
    check_outputs(output_, stdout_option="--stdout" if stdout else "--diff" if diff else "")
    _refuse_unknown(allow or ())
    path = config or find_config_file()
    with RenderReport(path, output_, allow or (), fail_on) as report:
        from registry_gitops import render as library
        from registry_gitops.deployment import locate_findings

        deployment = load_config(path)
        report.switched_off = deployment.switched_off_rules
        if stdout:
            with _problems_in(path):
                findings, tree = library.render_checked(deployment, allow=allow or ())
            report.add(locate_findings(path, findings))
            write_stdout(library.format_stream(tree))
            return
        with _problems_in(path):
            findings, todo = library.check_deployment(deployment, output_dir or path.parent, allow=allow or ())
        report.add(locate_findings(path, findings))
        if check or diff:
            report.plan = todo
            if check and not report.is_on_stdout:
                _list(todo)
            if diff:
                write_stdout("".join(f"{line}\n" for line in colorize_diff(library.format_diff(todo))))
            raise typer.Exit(ExitCode.FINDINGS if todo.pending else ExitCode.OK)
        library.write_plan(todo, force=force)
        if not report.is_on_stdout:
            _list(todo)


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


@contextmanager
def _problems_in(path: Path) -> Iterator[None]:
    """Locate problems that name no file in the config file."""
    from registry_gitops.deployment import locate_findings

    try:
        yield
    except InputError as error:
        raise InputError(locate_findings(path, error.findings)) from None


def _list(plan: Plan) -> None:
    # The files of the chart come and go together: one line for all of a folder to which the same is done.
    counts: Counter[tuple[str, str]] = Counter()
    for change in plan.pending:
        place, slash, _ = change.path.partition("/")
        counts[change.action, place + slash] += 1
    files = {key: f" ({count} files)" if key[1].endswith("/") else "" for key, count in counts.items()}
    write_stdout("".join(f"{action} {place}{note}\n" for (action, place), note in files.items()))
    if not plan.pending:
        write_stderr(f"up to date: {plan.directory}")

"""registry-gitops diff: what a commit would do in the cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_gitops.cli.config_file import find_config_files, load_config
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.reports import DiffFormat, Output, check_outputs, output_parser, write_reports
from registry_gitops.errors import InputError

if TYPE_CHECKING:
    from registry_gitops.diff import DiffReport, GitTree


def diff(
    configs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CONFIG",
            help="Config files, or directories with config files.",
            show_default="the one in this directory, or all below it",
        ),
    ] = None,
    against: Annotated[
        str, typer.Option(metavar="REF", help="Commit, branch, or tag whose rendered files are compared.")
    ] = "HEAD",
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Ignore the findings of RULE, for example claim-change. Repeatable."),
    ] = None,
    output_: Annotated[
        list[Output],
        typer.Option(
            "--output",
            "-o",
            parser=output_parser(DiffFormat),
            metavar="FORMAT[=FILE]",
            help="text, json, github, or markdown; to FILE, or to stdout. Repeatable.",
        ),
    ] = ["text"],  # type: ignore[list-item] # noqa: B006 - Typer parses and copies it
) -> None:
    """Show what a commit would do in the cluster, object by object.

    Compares what the config files render to with the rendered files of a commit, and tells for each object whether Pods
    restart or stop, whether Kubernetes refuses the change, and whether images are lost. Exits 0 if nothing changes, 1
    if anything does or a rule finds an error, and 2 if a config file cannot be used.
    """
    check_outputs(output_)
    from registry_gitops.diff import GitTree, diff_deployments

    named = configs or []
    tree = GitTree(_directory_of(named), against)
    report = diff_deployments(_find_configs(named, tree), load_config, tree, against, allow=_known_rules(allow or ()))
    write_reports(output_, lambda output: _format(report, output))
    has_errors = any(finding.is_error for each in report.deployments for finding in each.findings)
    raise typer.Exit(ExitCode.OK if report.is_same and not has_errors else ExitCode.FINDINGS)


def _directory_of(named: Sequence[Path]) -> Path:
    """Return a directory that exists, and that is in the repository of the first config file."""
    first = named[0] if named else Path()
    return next(path for path in (first, *first.absolute().parents) if path.is_dir())


def _find_configs(named: Sequence[Path], tree: GitTree) -> list[Path]:
    """Return the config files, and those of the revision that are gone. Raises InputError if there is none."""
    from registry_gitops.diff import find_removed_configs

    directories = [path for path in named if path.is_dir()] if named else [Path()]
    removed = [path for directory in directories for path in find_removed_configs(tree, directory)]
    try:
        return list(dict.fromkeys((*find_config_files(named), *removed)))
    except InputError:
        if not removed:
            raise
        return removed


def _known_rules(ids: Iterable[str]) -> frozenset[str]:
    from registry_gitops.rules import parse_rule_ids

    try:
        return parse_rule_ids(ids)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--allow") from None


def _format(report: DiffReport, output: Output) -> str:
    from registry_gitops import diff as library

    if output.format is DiffFormat.JSON:
        return f"{report.to_json()}\n"
    if output.format is DiffFormat.MARKDOWN:
        return library.format_diff_markdown(report)
    return (
        library.format_diff_github(report) if output.format is DiffFormat.GITHUB else library.format_diff_text(report)
    )

"""registry-gitops diff: what a commit would do in the cluster."""

from __future__ import annotations

import signal
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from registry_gitops.cli.config_file import find_config_files, list_config_files, no_config_files
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.render_run import showing_configs
from registry_gitops.cli.reports import DiffFormat, Output, check_outputs, output_parser, write_reports
from registry_gitops.cli.shared_options import ContextOption, KubeconfigOption
from registry_gitops.cli.streams import write_stderr
from registry_gitops.errors import InputError

if TYPE_CHECKING:
    from registry_gitops.cluster import Kubectl
    from registry_gitops.diff import DiffReport, GitTree

_HEAD: Final = "HEAD"


def diff(
    configs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CONFIG|DIR",
            help="Config files, or directories with config files.",
            show_default="the one in this directory, or all below it",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="Commit, branch, or tag whose rendered files are compared; REF... is where HEAD left it.",
            show_default=_HEAD,
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Compare with the cluster: its API server tries each change.")
    ] = False,
    context: ContextOption = None,
    kubeconfig: KubeconfigOption = None,
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
    if anything does or a rule finds an error, 2 if a deployment cannot be compared, and 3 if the cluster of --live is
    unreachable.
    """
    check_outputs(output_)
    _check_live(live, against, context or kubeconfig)
    rules = _known_rules(allow or ())
    if live:
        from registry_gitops.cluster import Kubectl

        report = _diff_live(configs or (), Kubectl(context, kubeconfig), rules)
    else:
        report = _diff(configs or (), against or _HEAD, rules)
    write_reports(output_, lambda output: _format(report, output))
    if report.problems:
        raise typer.Exit(ExitCode.INPUT)
    has_errors = any(finding.is_error for each in report.deployments for finding in each.findings)
    raise typer.Exit(ExitCode.OK if report.is_same and not has_errors else ExitCode.FINDINGS)


def _check_live(live: bool, against: str | None, cluster: object) -> None:
    if live and against:
        raise typer.BadParameter("cannot be combined with --against", param_hint="--live")
    if cluster and not live:
        raise typer.BadParameter("--context and --kubeconfig need it", param_hint="--live")


def _diff(named: Sequence[Path], against: str, allow: Collection[str]) -> DiffReport:
    from registry_gitops.diff import GitTree, diff_deployments

    tree = GitTree(_directory_of(named), against)
    configs = list_config_files(named)
    with showing_configs(configs) as show:
        report = diff_deployments(configs, tree, directories=_searched(named, configs), allow=allow, show=show)
    if not report.deployments:
        raise no_config_files(named)
    return report


def _searched(named: Sequence[Path], configs: Sequence[Path]) -> list[Path]:
    """Return the directories all of whose config files are compared."""
    if named:
        return [path for path in named if path.is_dir()]
    is_in_this_directory = any(config.parent == Path() for config in configs)
    return [] if is_in_this_directory else [Path()]


def _diff_live(named: Sequence[Path], kubectl: Kubectl, allow: Collection[str]) -> DiffReport:
    """Ends with exit code 3 if the cluster is unreachable."""
    from registry_gitops.cluster import ClusterError
    from registry_gitops.diff import diff_with_cluster

    # `timeout` and CI send SIGTERM: kubectl must end with us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tree = _find_tree(named)
    configs = list_config_files(named) if tree else find_config_files(named)
    directories = _searched(named, configs)
    try:
        with showing_configs(configs) as show:
            report = diff_with_cluster(configs, kubectl, tree, directories=directories, allow=allow, show=show)
    except ClusterError as error:
        write_stderr(f"error: {error}")
        raise typer.Exit(ExitCode.UNREACHABLE) from None
    if not report.deployments:
        raise no_config_files(named)
    return report


def _find_tree(named: Sequence[Path]) -> GitTree | None:
    """Return the last commit, None outside of a Git repository."""
    from registry_gitops.diff import GitTree

    try:
        return GitTree(_directory_of(named), _HEAD)
    except InputError:
        return None


def _directory_of(named: Sequence[Path]) -> Path:
    """Return a directory that exists, and that is in the repository of the first config file."""
    first = named[0] if named else Path()
    return next(path for path in (first, *first.absolute().parents) if path.is_dir())


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

"""registry-gitops smoke: test a running registry as its clients use it."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, NoReturn

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import parse_duration_option, parse_period_option, parse_size_option
from registry_gitops.cli.parsing import ARGUMENTS, whole_number_parser
from registry_gitops.cli.passwords import (
    read_password_from_environment,
    read_password_from_stdin,
    refuse_incomplete_login,
)
from registry_gitops.cli.progress import Progress
from registry_gitops.cli.reports import (
    Output,
    OutputOption,
    ReportFormat,
    check_outputs,
    format_report,
    refuse_unwritable,
    write_reports,
)
from registry_gitops.cli.shared_options import (
    CAFileOption,
    ContextOption,
    KubeconfigOption,
    PasswordStdinOption,
    SkipTLSVerifyOption,
    UsernameOption,
)
from registry_gitops.cli.smoke_checks import format_check_table, select_checks
from registry_gitops.cli.smoke_expectations import read_expectations
from registry_gitops.cli.smoke_many import SmokeRuns, merge_results
from registry_gitops.cli.smoke_run import SmokeRun, UnreachableRegistryError
from registry_gitops.cli.smoke_table import format_smoke_table
from registry_gitops.cli.smoke_target import RegistryArguments, resolve_registries
from registry_gitops.cli.streams import write_stderr, write_stdout
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.report import Report
    from registry_gitops.smoke import Client, Options
    from registry_gitops.target import Target


_MAX_LAYER: Final = 10 * 1024**3
"""Bytes. Hosted registries accept layers of 10 GB; a larger one keeps a run busy for many minutes."""


def _parse_layer_size(text: str) -> int:
    size = 0 if text == "0" else parse_size_option(text)
    if size > _MAX_LAYER:
        raise typer.BadParameter(f'"{text}" is too large: write at most 10Gi')
    return size


def smoke(
    typer_context: typer.Context,
    registries: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CONFIG|DIR|URL",
            help="Config files of registries, directories that they are below, or URLs.",
            show_default=" or ".join(CONFIG_FILES),
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Reach the registry of CONFIG at URL, for example http://127.0.0.1:5000."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Config file to compare the registry at URL with; alone, the same as CONFIG."
        ),
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Namespace to reach with kubectl port-forward, instead of URL."),
    ] = None,
    service: Annotated[
        str | None, typer.Option(metavar="NAME", help="Service in --namespace (default: docker-registry).")
    ] = None,
    context: ContextOption = None,
    kubeconfig: KubeconfigOption = None,
    username: UsernameOption = None,
    password_stdin: PasswordStdinOption = False,
    ca_file: CAFileOption = None,
    insecure_skip_tls_verify: SkipTLSVerifyOption = False,
    repository: Annotated[
        str, typer.Option(metavar="NAME", help="Repository to push to; created if missing.")
    ] = "registry-gitops/smoke",
    level: Annotated[
        Literal["read", "smoke", "full"],
        typer.Option(help="How many checks run. read changes nothing; full adds a large layer and many clients."),
    ] = "smoke",
    check: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Run only this check, at any --level. Repeatable."),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD,...",
            help="Compare with what is seen: login, anonymous-pull, push, delete, cache, tls, relative-urls, "
            "redirect; with no- in front, the opposite. CONFIG promises more.",
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the checks; send no request.")] = False,
    layer_size: Annotated[
        int,
        typer.Option(
            parser=_parse_layer_size, metavar="SIZE", help="Size of the large layer of --level full; 0: none."
        ),
    ] = "200Mi",  # type: ignore[assignment]
    before_restart: Annotated[
        Path | None,
        typer.Option(metavar="STATE", help="Push one image, save its state to STATE, and exit."),
    ] = None,
    after_restart: Annotated[
        Path | None, typer.Option(metavar="STATE", help="Also check that this image survived, then delete it.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(parser=parse_period_option, metavar="TIME", help="Timeout of each request.")
    ] = "30s",  # type: ignore[assignment]
    retries: Annotated[
        int,
        typer.Option(
            parser=whole_number_parser(0), metavar="N", help="How often to retry a request whose connection failed."
        ),
    ] = "2",  # type: ignore[assignment]
    wait: Annotated[
        float,
        typer.Option(parser=parse_duration_option, metavar="TIME", help="Wait up to TIME for the registry to respond."),
    ] = "0s",  # type: ignore[assignment]
    output_: OutputOption = ["text"],  # type: ignore[list-item] # noqa: B006
) -> None:
    """Test a running registry as its clients use it.

    Pushes small images, pulls them, and deletes them again. Reports the cause and the fix of each failed check. Several
    registries are tested at the same time. Without --username, uses the credentials that `docker login` saved. Exits 1
    if a check failed, and 3 if a registry is unreachable.
    """
    if (list_ or before_restart) and output_ != [Output(ReportFormat.TEXT)]:
        raise typer.BadParameter("--list and --before-restart write no report", param_hint="--output")
    if list_:
        write_stdout(format_check_table())
        return
    check_outputs(output_)
    checks = select_checks(check or (), level)
    options = _options(repository, layer_size, before_restart, after_restart)
    arguments = RegistryArguments(None, config, url, namespace, service, context, kubeconfig)
    tested = resolve_registries(registries or (), arguments, is_one=bool(before_restart or after_restart))
    password = read_password_from_stdin() if password_stdin else read_password_from_environment()
    typed, level_of_run = typer_context.meta[ARGUMENTS], "" if check else level
    settings = {
        "ca_file": None if ca_file is None else str(ca_file),
        "insecure_skip_tls_verify": insecure_skip_tls_verify,
        "timeout": timeout,
        "retries": retries,
    }
    runs = [
        SmokeRun(
            each,
            _with_user(each.target, username, password, from_stdin=password_stdin),
            replace(options, expectations=read_expectations(each, expect or ())),
            checks,
            level_of_run,
            wait,
            settings,
            typed,
        )
        for each in tested
    ]
    # Pipelines end their commands with SIGTERM: then, as after Ctrl-C, what was pushed is deleted, and kubectl ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if len(runs) > 1:
        raise typer.Exit(_run_many(runs, output_, level_of_run, typed))
    report = _run_one(runs[0], before_restart)
    if report:
        write_reports(output_, lambda output: format_report(report, output))
        raise typer.Exit(ExitCode.OK if report.passed else ExitCode.FINDINGS)


def _options(repository: str, layer_size: int, before: Path | None, after: Path | None) -> Options:
    from registry_gitops.smoke import Options, RestartImage

    if before and after:
        raise typer.BadParameter("cannot be combined with --after-restart", param_hint="--before-restart")
    if before:
        refuse_unwritable(before, "--before-restart")
    try:
        return Options(repository, layer_size, RestartImage.read(after) if after else None)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--repository") from None


def _with_user(target: Target, username: str | None, password: str | None, *, from_stdin: bool) -> Target:
    """Return the target with the credentials of the options, if any, instead of those of the config file."""
    refuse_incomplete_login(username, password, from_stdin=from_stdin, other_user=target.username)
    name = username or target.username
    return replace(target, username=name, password=password if password is not None else target.password)


def _prepare(client: Client, options: Options, progress: Progress, file: Path) -> None:
    from registry_gitops.smoke import CheckFailed, NoResponseError
    from registry_gitops.smoke import push_restart_image as push

    try:
        restart = push(client, options)
    except (CheckFailed, NoResponseError) as problem:
        remedy = problem.remedy if isinstance(problem, CheckFailed) else ""
        _end(ExitCode.FINDINGS, progress, f"cannot push: {problem}. {remedy}".rstrip())
    image = f"{restart.repository}:{restart.tag}"
    try:
        restart.write(file)
    except InputError:
        progress.clear()
        write_stderr(f"not deleted from the registry: {image}")
        raise
    write_stderr(f"pushed {image}: restart the registry, then check it with --after-restart {file}")


def _run_one(run: SmokeRun, before_restart: Path | None) -> Report | None:
    """Run the checks of one registry, or push the image for --before-restart.

    Ends the command with exit code 3 if the registry is unreachable.
    """
    with Progress(len(run.checks)) as progress:
        try:
            with run.reach(progress.show_wait) as client:
                if before_restart:
                    _prepare(client, run.options, progress, before_restart)
                    return None
                return _run_checks(run, client, progress)
        except UnreachableRegistryError as problem:
            _end(ExitCode.UNREACHABLE, progress, str(problem))


def _run_checks(run: SmokeRun, client: Client, progress: Progress) -> Report:
    from registry_gitops.smoke import Interrupted

    try:
        return run.run(client, on_start=lambda check: progress.show_next(check.title), on_progress=progress.show_step)
    except Interrupted as interrupted:
        progress.clear()
        if summary := interrupted.report.leftover_summary:
            write_stderr(f"not deleted from the registry: {summary}")
        raise


def _run_many(runs: Sequence[SmokeRun], outputs: Sequence[Output], level: str, arguments: Sequence[str]) -> ExitCode:
    """Run the checks of several registries, write the reports, and return the exit code."""
    with Progress(len(runs)) as progress:
        many = SmokeRuns(runs, progress)
        try:
            results = many.run()
        except KeyboardInterrupt:
            progress.clear()
            for line in many.leftovers:
                write_stderr(f"not deleted from the registry: {line}")
            raise
    merged = merge_results(results, level, arguments)

    def write(output: Output) -> str:
        is_text = output.format is ReportFormat.TEXT
        return format_smoke_table(results, output) if is_text else format_report(merged, output)

    write_reports(outputs, write)
    if any(result.is_unreachable for result in results):
        return ExitCode.UNREACHABLE
    return ExitCode.OK if merged.passed else ExitCode.FINDINGS


def _end(code: ExitCode, progress: Progress, message: str) -> NoReturn:
    progress.clear()
    write_stderr(f"error: {message}")
    raise typer.Exit(code) from None

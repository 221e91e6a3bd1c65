"""registry-gitops smoke: test a running registry as its clients use it."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, NoReturn

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import parse_duration_option, parse_period_option, parse_size_option
from registry_gitops.cli.parsing import ARGUMENTS, whole_number_parser
from registry_gitops.cli.passwords import VARIABLE, read_password_from_environment, read_password_from_stdin
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
from registry_gitops.cli.smoke_checks import format_check_table, select_checks
from registry_gitops.cli.smoke_expectations import read_expectations
from registry_gitops.cli.smoke_report import describe_run
from registry_gitops.cli.smoke_target import RegistryArguments, resolve_registry
from registry_gitops.cli.streams import write_stderr, write_stdout
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.report import Report
    from registry_gitops.smoke import Check, Client, Options
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
    registry: Annotated[
        str | None,
        typer.Argument(
            metavar="CONFIG|URL",
            help="Config file of the registry, or its URL.",
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
    context: Annotated[
        str | None, typer.Option(metavar="NAME", help="kubeconfig context (default: the current one).")
    ] = None,
    kubeconfig: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="kubeconfig file (default: kubectl's)."),
    ] = None,
    username: Annotated[
        str | None,
        typer.Option(metavar="USER", help=f"User to log in as; the password is read from {VARIABLE}."),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
    ] = False,
    ca_file: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, metavar="FILE", help="Trust the certificate authorities in this file (PEM)."
        ),
    ] = None,
    insecure_skip_tls_verify: Annotated[
        bool, typer.Option("--insecure-skip-tls-verify", help="Accept any certificate.")
    ] = False,
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

    Pushes small images, pulls them, and deletes them again. Reports the cause and the fix of each failed check. Without
    --username, uses the credentials that `docker login` saved. Exits 1 if a check failed, and 3 if the registry is
    unreachable.
    """
    if (list_ or before_restart) and output_ != [Output(ReportFormat.TEXT)]:
        raise typer.BadParameter("--list and --before-restart write no report", param_hint="--output")
    if list_:
        write_stdout(format_check_table())
        return
    check_outputs(output_)
    checks = select_checks(check or (), level)
    options = _options(repository, layer_size, before_restart, after_restart)
    arguments = RegistryArguments(registry, config, url, namespace, service, context, kubeconfig)
    tested = resolve_registry(arguments)
    options = replace(options, expectations=read_expectations(tested, expect or ()))
    target = _with_user(tested.target, username, password_stdin)
    settings = {
        "ca_file": None if ca_file is None else str(ca_file),
        "insecure_skip_tls_verify": insecure_skip_tls_verify,
        "timeout": timeout,
        "retries": retries,
    }
    with Progress(len(checks)) as progress, _reached(target, options, wait, progress, settings) as client:
        if before_restart:
            _prepare(client, options, progress, before_restart)
            return
        report = _run(client, checks, options, progress)
    level_of_run = "" if check else level
    report = describe_run(report, tested, options.expectations, level_of_run, typer_context.meta[ARGUMENTS])
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


def _with_user(target: Target, username: str | None, password_stdin: bool) -> Target:
    """Return the target with the credentials of the options, if any, instead of those of the config file."""
    password = read_password_from_stdin() if password_stdin else read_password_from_environment()
    name = username or target.username
    if password_stdin and not name:
        raise typer.BadParameter("no user to log in as: add --username USER", param_hint="--password-stdin")
    if username and password is None:
        raise typer.BadParameter(f"needs a password: set {VARIABLE}, or pass --password-stdin", param_hint="--username")
    return replace(target, username=name, password=password if password is not None else target.password)


@contextmanager
def _reached(
    target: Target, options: Options, wait: float, progress: Progress, settings: Mapping[str, object]
) -> Iterator[Client]:
    """Yield a client of the registry. Ends the command with exit code 3 if the registry is unreachable."""
    from registry_gitops.cluster import PortForwardError
    from registry_gitops.smoke import UnreachableError
    from registry_gitops.target import open_client

    # Pipelines end their commands with SIGTERM: then, as after Ctrl-C, what was pushed is deleted, and kubectl ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with open_client(target, wait=wait, on_wait=progress.show_wait, **settings) as client:
            yield client
    except UnreachableError as problem:
        broken = options.expectations.explain_unreachable(problem.cause)
        _end(ExitCode.UNREACHABLE, progress, f"{problem}. {broken}{' ' if broken else ''}{problem.remedy}")
    except PortForwardError as problem:
        _end(ExitCode.UNREACHABLE, progress, str(problem))


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


def _run(client: Client, checks: tuple[Check, ...], options: Options, progress: Progress) -> Report:
    from registry_gitops.smoke import Interrupted, run_checks

    try:
        return run_checks(
            client,
            checks,
            options=options,
            on_start=lambda check: progress.show_next(check.title),
            on_progress=progress.show_step,
        )
    except Interrupted as interrupted:
        progress.clear()
        if summary := interrupted.report.leftover_summary:
            write_stderr(f"not deleted from the registry: {summary}")
        raise


def _end(code: ExitCode, progress: Progress, message: str) -> NoReturn:
    progress.clear()
    write_stderr(f"error: {message}")
    raise typer.Exit(code) from None

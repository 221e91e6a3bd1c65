"""registry-gitops smoke: whether a registry works for its clients, and what to change when it does not."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from registry_gitops.cli.checks import catalogue, chosen
from registry_gitops.cli.config_file import read
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import seconds, size
from registry_gitops.cli.passwords import VARIABLE, from_environment, from_stdin
from registry_gitops.cli.progress import Progress
from registry_gitops.cli.reports import Output, check_outputs, output, write_reports
from registry_gitops.cli.streams import write_stderr, write_stdout

if TYPE_CHECKING:
    from registry_gitops.report import Report
    from registry_gitops.smoke import Check, Client, Options
    from registry_gitops.target import Target


class Level(StrEnum):
    """How far a run goes."""

    READ = "read"
    SMOKE = "smoke"
    FULL = "full"


def _layer_size(text: str) -> int:
    return 0 if text == "0" else size(text)


def smoke(
    url: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="The registry, such as https://registry.example.com.", show_default=False),
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(metavar="NAME", help="In place of a URL: go through kubectl to this namespace.")
    ] = None,
    service: Annotated[
        str | None, typer.Option(metavar="NAME", help="Service to go to there, docker-registry if not named.")
    ] = None,
    context: Annotated[
        str | None, typer.Option(metavar="NAME", help="Context of kubectl, if not the current one.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="In place of a URL: find it by its description, registry.yaml.")
    ] = None,
    username: Annotated[
        str | None,
        typer.Option(metavar="USER", help=f"User to log in as, with the password in {VARIABLE}."),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
    ] = False,
    ca_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="Trust the authorities in this file (PEM)."),
    ] = None,
    insecure_skip_tls_verify: Annotated[
        bool, typer.Option("--insecure-skip-tls-verify", help="Accept any certificate.")
    ] = False,
    repository: Annotated[
        str, typer.Option(metavar="NAME", help="Repository to push to; it is made if it is not there.")
    ] = "registry-gitops/smoke",
    level: Annotated[
        Level,
        typer.Option(help="How far to go. read changes nothing; full has a large layer and many clients."),
    ] = Level.SMOKE,
    check: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Run this check only, of whatever level. Can be given again."),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Print the checks, and ask no registry.")] = False,
    layer_size: Annotated[
        int,
        typer.Option(parser=_layer_size, metavar="SIZE", help="Size of the large layer of level full; 0: none."),
    ] = "200Mi",  # type: ignore[assignment]
    before_restart: Annotated[
        Path | None,
        typer.Option(metavar="STATE", help="Only push an image to look for after a restart, and note it in this file."),
    ] = None,
    after_restart: Annotated[
        Path | None, typer.Option(metavar="STATE", help="Look for that image too, and remove it.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(parser=seconds, metavar="TIME", help="How long to wait for an answer.")
    ] = "30s",  # type: ignore[assignment]
    retries: Annotated[
        int, typer.Option(min=0, metavar="N", help="How often to try again when a connection fails.")
    ] = 2,
    wait: Annotated[
        float, typer.Option(parser=seconds, metavar="TIME", help="How long to wait for the registry to be up.")
    ] = "0s",  # type: ignore[assignment]
    output_: Annotated[
        list[Output],
        typer.Option(
            "--output",
            "-o",
            parser=output,
            metavar="FORM[=FILE]",
            help="text, json, junit, github or html; to a file, or to stdout. Can be given again.",
        ),
    ] = ["text"],  # type: ignore[list-item] # noqa: B006
) -> None:
    """Prove that a registry works, or say what to change.

    Pushes small images, pulls them, and removes them again. Exits 1 if a check failed, and 3 if there was no registry
    to look at. Without --username it logs in as `docker login` did.
    """
    if list_:
        write_stdout(catalogue())
        return
    check_outputs(output_)
    checks = chosen(check or (), level.value)
    options = _options(repository, layer_size, before_restart, after_restart)
    target = _with_user(_target(url, namespace, service, context, config), username, password_stdin)
    settings = {
        "ca_file": None if ca_file is None else str(ca_file),
        "insecure_skip_tls_verify": insecure_skip_tls_verify,
        "timeout": timeout,
        "retries": retries,
    }
    with Progress(len(checks)) as progress, _reached(target, wait, progress, settings) as client:
        if before_restart:
            _prepare(client, options, progress, before_restart)
            return
        report = _run(client, checks, options, progress)
    write_reports(_about(target, report), output_)
    raise typer.Exit(ExitCode.OK if report.passed else ExitCode.FINDINGS)


def _options(repository: str, layer_size: int, before: Path | None, after: Path | None) -> Options:
    from registry_gitops.smoke import Options
    from registry_gitops.smoke.restart import Restart

    if before and after:
        raise typer.BadParameter("one is for before a restart, the other for after it", param_hint="--before-restart")
    if before and not before.parent.is_dir():
        raise typer.BadParameter(f"{before} is in a folder that is not there", param_hint="--before-restart")
    return Options(repository, layer_size, Restart.read(after) if after else None)


def _target(
    url: str | None, namespace: str | None, service: str | None, context: str | None, config: Path | None
) -> Target:
    from registry_gitops.target import resolve_target

    if url and (namespace or service or context):
        raise typer.BadParameter("pass either URL or --namespace, --service, and --context, not both", param_hint="URL")
    if not (url or namespace or config):
        raise typer.BadParameter("no registry given: pass a URL, --namespace NAME, or --config FILE", param_hint="URL")
    deployment = read(config) if config else None
    return resolve_target(url, namespace=namespace, service=service, context=context, deployment=deployment)


def _with_user(target: Target, username: str | None, password_stdin: bool) -> Target:
    """The target, with the user of the options in place of that of the description."""
    password = from_stdin() if password_stdin else from_environment()
    name = username or target.username
    if password_stdin and not name:
        raise typer.BadParameter("whose password is it? Give --username too", param_hint="--password-stdin")
    if username and password is None:
        raise typer.BadParameter(
            f"what is the password? Give it in {VARIABLE}, or on stdin with --password-stdin", param_hint="--username"
        )
    return replace(target, username=name, password=password if password is not None else target.password)


@contextmanager
def _reached(target: Target, wait: float, progress: Progress, settings: Mapping[str, object]) -> Iterator[Client]:
    """A client of the registry. Where there is none to be had, the command ends with what is to be said about it."""
    from registry_gitops.cluster import PortForwardError
    from registry_gitops.smoke import Unreachable
    from registry_gitops.target import open_client

    # Whoever ends a pipeline sends SIGTERM: what was pushed, and kubectl, are to go then too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with open_client(target, wait=wait, on_wait=progress.waits, **settings) as client:
            yield client
    except Unreachable as problem:
        _end(ExitCode.UNREACHABLE, progress, f"{problem}. {problem.remedy}")
    except PortForwardError as problem:
        _end(ExitCode.UNREACHABLE, progress, str(problem))


def _prepare(client: Client, options: Options, progress: Progress, file: Path) -> None:
    from registry_gitops.smoke import CheckFailed, NoAnswer
    from registry_gitops.smoke import before_restart as push

    try:
        restart = push(client, options)
    except (CheckFailed, NoAnswer) as problem:
        remedy = problem.remedy if isinstance(problem, CheckFailed) else ""
        _end(ExitCode.FINDINGS, progress, f"nothing can be pushed: {problem}. {remedy}".rstrip())
    restart.write(file)
    write_stderr(
        f"pushed {restart.repository}:{restart.tag}. Restart the registry, and look with --after-restart {file}"
    )


def _run(client: Client, checks: tuple[Check, ...], options: Options, progress: Progress) -> Report:
    from registry_gitops.smoke import Interrupted, run

    try:
        return run(client, checks, options=options, on_start=lambda check: progress.next(check.title))
    except Interrupted as interrupted:
        progress.clear()
        for line in interrupted.report.left:
            write_stderr(f"left in the registry: {line}")
        raise


def _about(target: Target, report: Report) -> Report:
    """The report, of a Service where it is one: the port of a port-forward means nothing to anybody."""
    return report if isinstance(target.endpoint, str) else report.model_copy(update={"subject": str(target.endpoint)})


def _end(code: ExitCode, progress: Progress, message: str) -> NoReturn:
    progress.clear()
    write_stderr(f"error: {message}")
    raise typer.Exit(code) from None

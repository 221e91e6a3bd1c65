"""registry-gitops serve: the reference registry, until a signal stops it."""

from __future__ import annotations

import gc
import re
import signal
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_gitops.cli.param_types import parse_period_option, parse_size_option
from registry_gitops.cli.parsing import whole_number_parser
from registry_gitops.cli.serve_summary import ServedAccess, describe_served
from registry_gitops.cli.streams import write_stderr, write_stdout
from registry_gitops.errors import InputError

if TYPE_CHECKING:
    from registry_gitops.registry import AccessLogger, ReferenceRegistry


class AccessLogFormat(StrEnum):
    """The formats of the access log on stderr."""

    TEXT = "text"
    JSON = "json"
    OFF = "off"


@dataclass(frozen=True)
class Address:
    """The address to listen on."""

    host: str
    port: int


def _address(text: str) -> Address:
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]/@\s]*)):([0-9]{1,5})", text)
    if match is None or int(match[3]) > 65535 or not _is_host(match[1] or match[2]):
        raise typer.BadParameter(f'"{text}" is not HOST:PORT, for example 127.0.0.1:5000')
    return Address(match[1] or match[2], int(match[3]))


def _is_host(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def serve(
    root: Annotated[
        Path | None,
        typer.Argument(
            metavar="ROOT",
            help="Data directory, in the disk layout of registry:3. Without it, data stays in memory and is lost on "
            "exit.",
            show_default=False,
        ),
    ] = None,
    create: Annotated[bool, typer.Option("--create", help="Create ROOT if it does not exist.")] = False,
    address: Annotated[
        Address,
        typer.Option(
            parser=_address,
            metavar="HOST:PORT",
            help="Address to listen on. Port 0: any free port. Empty host, as in :5000: all interfaces.",
        ),
    ] = "127.0.0.1:5000",  # type: ignore[assignment]
    htpasswd: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Require the users of this htpasswd file (bcrypt); reloaded on change."),
    ] = None,
    anonymous_pull: Annotated[
        bool,
        typer.Option("--anonymous-pull", help="Allow pulls without credentials; pushes still need a user."),
    ] = False,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Use TLS with this certificate (PEM, with its chain).")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Private key of --tls-cert (PEM).")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Refuse pushes and deletions; write nothing.")] = False,
    no_delete: Annotated[bool, typer.Option("--no-delete", help="Refuse deletions.")] = False,
    max_manifest_size: Annotated[
        int, typer.Option(parser=parse_size_option, metavar="SIZE", help="Maximum size of a manifest, for example 4Mi.")
    ] = "4Mi",  # type: ignore[assignment]
    max_concurrency: Annotated[
        int,
        typer.Option(
            parser=whole_number_parser(1, 10000),
            metavar="N",
            help="Maximum number of concurrent requests, from 1 to 10000; more get a 429.",
        ),
    ] = "512",  # type: ignore[assignment]
    access_log: Annotated[
        AccessLogFormat, typer.Option(metavar="text|json|off", help="Format of the access log on stderr.")
    ] = AccessLogFormat.TEXT,
    gc_interval: Annotated[
        float | None,
        typer.Option(
            parser=parse_period_option,
            metavar="TIME",
            help="Run garbage collection every TIME, for example 1h.",
            show_default="never",
        ),
    ] = None,
) -> None:
    """Serve an OCI registry, from a data directory or from memory.

    Prints its URL when it is ready, and on a terminal also what it serves, and for whom. On SIGTERM or Ctrl-C, finishes
    running requests for up to 10 seconds; on a second signal, exits at once.
    """
    from registry_gitops.registry import ReferenceRegistry, SetupError

    try:
        _check_root(root, create=create, read_only=read_only)
        registry = ReferenceRegistry(
            root,
            (address.host, address.port),
            htpasswd=htpasswd,
            anonymous_pull=anonymous_pull,
            tls_cert=tls_cert,
            tls_key=tls_key,
            read_only=read_only,
            delete=not no_delete,
            max_manifest_size=max_manifest_size,
            max_concurrency=max_concurrency,
            access_log=_log(access_log),
            gc_interval=gc_interval,
        )
    except SetupError as error:
        raise InputError.single(error.message, error.file, error.line) from None
    except OSError as error:  # Of the data directory or of the address, which are the user's.
        raise InputError.single(error.strerror or str(error), error.filename) from None
    _run(registry, ServedAccess(htpasswd, anonymous_pull=anonymous_pull, read_only=read_only, delete=not no_delete))


def _check_root(root: Path | None, *, create: bool, read_only: bool) -> None:
    """Refuse a data directory that does not exist, except with --create: a mistyped path has no images."""
    if create and root is None:
        raise InputError.single("--create needs ROOT: name the data directory to create")
    if create and read_only:
        raise InputError.single("--create and --read-only exclude each other: --read-only writes nothing")
    if root is None or create:
        return
    try:
        root.stat()
    except FileNotFoundError:
        advice = "check the path" if read_only else "check the path, or add --create to create it"
        raise InputError.single(f"the data directory does not exist: {advice}", root) from None


def _log(format_: AccessLogFormat) -> AccessLogger | None:
    from registry_gitops.registry import json_log, text_log

    if format_ is AccessLogFormat.OFF:
        return None
    return (json_log if format_ is AccessLogFormat.JSON else text_log)(sys.stderr)


def _run(registry: ReferenceRegistry, access: ServedAccess) -> None:
    def stop(number: int, frame: object) -> None:
        for signal_number in signals:
            signal.signal(signal_number, signal.SIG_DFL)
        registry.stop()

    signals = (signal.SIGTERM, signal.SIGINT)
    for signal_number in signals:
        signal.signal(signal_number, stop)
    _raise_file_limit()
    # The program turns the collector off, because commands are short. Imported modules stay: it need not visit them.
    gc.freeze()
    gc.enable()
    try:
        write_stdout(f"{registry.url}\n")
        if sys.stderr.isatty():
            for line in describe_served(registry, access):
                write_stderr(line)
        registry.serve()
    finally:
        registry.close()


def _raise_file_limit() -> None:
    """Allow as many open files as the system does: each connection and each open blob is one.

    The soft limit is low only for programs that use select(2).
    """
    try:
        import resource
    except ImportError:  # Not every system has it.
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

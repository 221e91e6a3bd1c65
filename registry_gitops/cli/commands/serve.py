"""registry-gitops serve: the reference registry, until it is told to stop."""

from __future__ import annotations

import gc
import re
import resource
import signal
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_gitops.cli.param_types import seconds, size
from registry_gitops.cli.streams import write_stdout
from registry_gitops.errors import InputError, Problem

if TYPE_CHECKING:
    from registry_gitops.registry import AccessLog, ReferenceRegistry


class AccessLogFormat(StrEnum):
    """What a request leaves on stderr."""

    TEXT = "text"
    JSON = "json"
    OFF = "off"


@dataclass(frozen=True)
class Address:
    """Where to listen."""

    host: str
    port: int


def _address(text: str) -> Address:
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]/@\s]*)):([0-9]{1,5})", text)
    if match is None or int(match[3]) > 65535:
        raise typer.BadParameter(f'"{text}" is not HOST:PORT, such as 127.0.0.1:5000')
    return Address(match[1] or match[2], int(match[3]))


def serve(
    root: Annotated[
        Path | None,
        typer.Argument(
            metavar="ROOT",
            help="Folder of the registry's data, as registry:3 lays it out. Without it all is kept in memory.",
            show_default=False,
        ),
    ] = None,
    address: Annotated[
        Address,
        typer.Option(
            parser=_address, metavar="HOST:PORT", help="Where to listen. Port 0 is a free one; no host is all of them."
        ),
    ] = "127.0.0.1:5000",  # type: ignore[assignment]
    htpasswd: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Let in the users of this file (bcrypt). It is read again when it changes."),
    ] = None,
    anonymous_pull: Annotated[
        bool, typer.Option("--anonymous-pull", help="Let everybody read; users of --htpasswd may write too.")
    ] = False,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Speak TLS with this certificate (PEM, with its chain).")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="The key of --tls-cert (PEM).")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Refuse every change, and write nothing.")] = False,
    no_delete: Annotated[bool, typer.Option("--no-delete", help="Refuse deletions.")] = False,
    max_manifest_size: Annotated[
        int, typer.Option(parser=size, metavar="SIZE", help="The largest manifest that is taken, such as 4Mi.")
    ] = "4Mi",  # type: ignore[assignment]
    max_concurrency: Annotated[
        int, typer.Option(min=1, max=10000, metavar="N", help="Requests answered at once; one more gets a 429.")
    ] = 512,
    access_log: Annotated[
        AccessLogFormat, typer.Option(metavar="text|json|off", help="Log a line to stderr for each request.")
    ] = AccessLogFormat.TEXT,
    gc_interval: Annotated[
        float | None,
        typer.Option(
            parser=seconds, metavar="TIME", help="Collect garbage this often, such as 1h.", show_default="never"
        ),
    ] = None,
) -> None:
    """Serve an OCI registry, from a folder or from memory.

    Prints its URL when it is ready. SIGTERM or Ctrl-C lets running requests end, for 10 seconds at most; a second one
    ends it at once.
    """
    from registry_gitops.registry import ReferenceRegistry, SetupError

    try:
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
        raise InputError([Problem(error.message, error.file, error.line)]) from None
    _run(registry)


def _log(form: AccessLogFormat) -> AccessLog | None:
    from registry_gitops.registry import json_log, text_log

    if form is AccessLogFormat.OFF:
        return None
    return (json_log if form is AccessLogFormat.JSON else text_log)(sys.stderr)


def _run(registry: ReferenceRegistry) -> None:
    def stop(number: int, frame: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_DFL)
        registry.stop()

    signals = (signal.SIGTERM, signal.SIGINT)
    for each in signals:
        signal.signal(each, stop)
    # Each connection takes a descriptor, and each open blob. The soft limit is low for the sake of select(2) alone.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # The program has it off, as commands are short. What was imported stays for good, and need not be looked at.
    gc.freeze()
    gc.enable()
    try:
        write_stdout(f"{registry.url}\n")
        registry.serve()
    finally:
        registry.close()

"""registry-gitops status: whether a deployment is ready; if not, the cause and the fix."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from registry_gitops.cli.config_file import find_config_file, load_config
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import parse_duration
from registry_gitops.cli.streams import supports_color, write_stderr, write_stdout
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.cluster.status import Status

_NAME: Final = "docker-registry"
_BETWEEN: Final = 1.0
"""Seconds between two readings of the cluster."""
_MAX_WIDTH: Final = 120
_HOME: Final = "\x1b[H\x1b[J"
"""To the first line of a terminal, and nothing below it."""


class StatusFormat(StrEnum):
    """The formats of a status."""

    TEXT = "text"
    JSON = "json"


def status(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="CONFIG",
            help="Config file of the deployment.",
            show_default=" or ".join(CONFIG_FILES),
        ),
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(metavar="NAME", help="Namespace of the HelmRelease, instead of CONFIG.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Name of the HelmRelease in --namespace (default: {_NAME})."),
    ] = None,
    context: Annotated[
        str | None, typer.Option(metavar="NAME", help="kubeconfig context (default: the current one).")
    ] = None,
    kubeconfig: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="kubeconfig file (default: kubectl's)."),
    ] = None,
    format_: Annotated[
        StatusFormat, typer.Option("--output", "-o", help="Output format; json has a versioned schema.")
    ] = StatusFormat.TEXT,
    watch: Annotated[bool, typer.Option("--watch", help="Print the status on each change, until Ctrl-C.")] = False,
    wait: Annotated[
        float | None,
        typer.Option(parser=parse_duration, metavar="TIME", help="Wait up to TIME for it to become ready."),
    ] = None,
) -> None:
    """Show whether a deployment is ready, or the cause and the fix.

    Reads the cluster with kubectl, and changes nothing in it. Exits 0 if the deployment is ready, 1 if it is not, and
    3 if the cluster is unreachable.
    """
    from registry_gitops.cluster.status import Kubectl, get_status

    # `timeout` and CI send SIGTERM: kubectl must end with us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    release = _release_identity(config, namespace, name)
    kubectl = Kubectl(context, kubeconfig)
    last = _Run(lambda: get_status(*release, kubectl), format_, watch=watch, wait=wait).run()
    raise typer.Exit(ExitCode.OK if last.ready else ExitCode.FINDINGS)


def _release_identity(config: Path | None, namespace: str | None, name: str | None) -> tuple[str, str]:
    """Return namespace and name of the HelmRelease that the arguments name."""
    if config and (namespace or name):
        raise typer.BadParameter("pass either CONFIG or --namespace and --name, not both", param_hint="CONFIG")
    if namespace:
        return namespace, name or _NAME
    if name:
        raise typer.BadParameter("needs --namespace NAME", param_hint="--name")
    deployment = load_config(config or find_config_file())
    return deployment.namespace, deployment.name


class _Run:
    """One run of the command: one reading of the cluster, or one a second."""

    def __init__(
        self, get_status: Callable[[], Status], format_: StatusFormat, *, watch: bool, wait: float | None
    ) -> None:
        self._look = get_status
        self._format = format_
        self._watch = watch
        self._until = None if wait is None else time.monotonic() + wait
        self._redraws = watch and format_ is StatusFormat.TEXT and supports_color(sys.stdout)
        self._told = ""
        self._shown: dict[str, object] = {}

    def run(self) -> Status:
        """Print the status and return the last one. Ends with exit code 3 if the cluster is unreachable."""
        while True:
            found = self._poll()
            if found and self._watch:
                self._show(found)
            if self._is_done(found):
                break
            time.sleep(_BETWEEN)
        if found is None:
            write_stderr(f"error: {self._told}")
            raise typer.Exit(ExitCode.UNREACHABLE)
        if not self._watch:
            write_stdout(self._text(found))
        return found

    def _poll(self) -> Status | None:
        """Read the cluster once, or return None if it is unreachable. The reason to wait is reported on each change."""
        from registry_gitops.cluster.status import ClusterError

        try:
            found = self._look()
        except ClusterError as error:
            self._report_wait(str(error))
            return None
        if not found.ready:
            self._report_wait(found.summary)
        return found

    def _report_wait(self, line: str) -> None:
        if line != self._told and (self._watch or self._until is not None) and not self._redraws:
            write_stderr(f"waiting: {line}")
        self._told = line

    def _is_done(self, found: Status | None) -> bool:
        if self._until is None:
            return not self._watch or (found is None and not self._shown)
        return bool(found and found.ready) or time.monotonic() + _BETWEEN > self._until

    def _show(self, found: Status) -> None:
        """Print a status that differs from the last one; on a terminal every one, because its ages differ."""
        # Events come and go while the deployment stays the same, and the time of the reading differs.
        key = found.model_dump(exclude={"read_at", "events"})
        if self._redraws:
            write_stdout(f"{_HOME}{self._text(found)}")
        elif key != self._shown:
            write_stdout(self._text(found))
        self._shown = key

    def _text(self, found: Status) -> str:
        from registry_gitops.cluster.status import format_status

        if self._format is StatusFormat.JSON:
            return f"{found.to_json(indent=None if self._watch else 2)}\n"
        width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
        return format_status(found, color=supports_color(sys.stdout), width=width)

"""registry-gitops status: whether a deployment runs, and if not, why and what to do."""

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

from registry_gitops.cli.config_file import default, read
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import seconds
from registry_gitops.cli.streams import supports_color, write_stderr, write_stdout
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.cluster.status import Status

_NAME: Final = "docker-registry"
_BETWEEN: Final = 1.0
"""Seconds between two looks."""
_MAX_WIDTH: Final = 120
_HOME: Final = "\x1b[H\x1b[J"
"""To the first line of a terminal, and nothing below it."""


class Form(StrEnum):
    """How a status is written."""

    TEXT = "text"
    JSON = "json"


def status(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="CONFIG",
            help="The description of the deployment, which names it.",
            show_default=" or ".join(CONFIG_FILES),
        ),
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(metavar="NAME", help="In place of CONFIG: namespace of the HelmRelease.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Name of the HelmRelease in --namespace, {_NAME} if not named."),
    ] = None,
    context: Annotated[
        str | None, typer.Option(metavar="NAME", help="Context of kubectl, if not the current one.")
    ] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Configuration of kubectl, if not the usual one.")
    ] = None,
    form: Annotated[
        Form, typer.Option("--output", "-o", help="json is one object, by docs/status.schema.json.")
    ] = Form.TEXT,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and print it again when it changes, until Ctrl-C.")
    ] = False,
    wait: Annotated[
        float | None,
        typer.Option(parser=seconds, metavar="TIME", help="Go on until it is ready, for so long at most."),
    ] = None,
) -> None:
    """Say whether a deployment runs, and if not, why and what to do.

    Reads the cluster by kubectl, and changes nothing in it. Exits 0 when the deployment is ready, 1 when it is not,
    and 3 when the cluster cannot be asked.
    """
    from registry_gitops.cluster.status import Kubectl, look

    # `timeout` and CI send SIGTERM: kubectl must end with us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    place = _place(config, namespace, name)
    kubectl = Kubectl(context, kubeconfig)
    run = _Run(lambda: look(*place, kubectl), form, watch=watch, wait=wait)
    found = run.to_the_end()
    raise typer.Exit(ExitCode.OK if found.ready else ExitCode.FINDINGS)


def _place(config: Path | None, namespace: str | None, name: str | None) -> tuple[str, str]:
    """Namespace and name of the HelmRelease that is meant."""
    if config and (namespace or name):
        raise typer.BadParameter("pass either CONFIG or --namespace and --name, not both", param_hint="CONFIG")
    if namespace:
        return namespace, name or _NAME
    if name:
        raise typer.BadParameter("needs --namespace NAME", param_hint="--name")
    deployment = read(config or default())
    return deployment.namespace, deployment.name


class _Run:
    """One run of the command: a look, or one a second."""

    def __init__(self, look: Callable[[], Status], form: Form, *, watch: bool, wait: float | None) -> None:
        self._look = look
        self._form = form
        self._watch = watch
        self._until = None if wait is None else time.monotonic() + wait
        self._redraws = watch and form is Form.TEXT and supports_color(sys.stdout)
        self._told = ""
        self._shown: dict[str, object] = {}

    def to_the_end(self) -> Status:
        """The last status, which is printed. Ends with exit code 3 where the cluster cannot be asked."""
        while True:
            found = self._try()
            if found and self._watch:
                self._show(found)
            if self._is_over(found):
                break
            time.sleep(_BETWEEN)
        if found is None:
            write_stderr(f"error: {self._told}")
            raise typer.Exit(ExitCode.UNREACHABLE)
        if not self._watch:
            write_stdout(self._text(found))
        return found

    def _try(self) -> Status | None:
        """A look; what is waited for, and why nothing could be seen, is told once."""
        from registry_gitops.cluster.status import ClusterError

        try:
            found = self._look()
        except ClusterError as error:
            self._tell(str(error))
            return None
        if not found.ready:
            self._tell(found.summary)
        return found

    def _tell(self, line: str) -> None:
        if line != self._told and (self._watch or self._until is not None) and not self._redraws:
            write_stderr(f"waiting: {line}")
        self._told = line

    def _is_over(self, found: Status | None) -> bool:
        if self._until is None:
            return not self._watch or (found is None and not self._shown)
        return bool(found and found.ready) or time.monotonic() + _BETWEEN > self._until

    def _show(self, found: Status) -> None:
        """Print it where it has changed; on a terminal always, for its ages have."""
        # Events come and go while nothing changes, and what is read is read at another time.
        key = found.model_dump(exclude={"read", "events"})
        if self._redraws:
            write_stdout(f"{_HOME}{self._text(found)}")
        elif key != self._shown:
            write_stdout(self._text(found))
        self._shown = key

    def _text(self, found: Status) -> str:
        from registry_gitops.cluster.status import text

        if self._form is Form.JSON:
            return f"{found.model_dump_json(indent=None if self._watch else 2)}\n"
        width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
        return text.write(found, colour=supports_color(sys.stdout), width=width)

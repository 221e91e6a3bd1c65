"""registry-gitops status: whether a deployment is ready; if not, the cause and the fix."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from registry_gitops.cli.config_file import find_config_file, load_config
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.param_types import parse_duration_option
from registry_gitops.cli.reports import (
    Output,
    OutputOption,
    ReportFormat,
    check_outputs,
    format_report,
    terminal_width,
    write_reports,
)
from registry_gitops.cli.streams import supports_color, write_stderr, write_stdout
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.cluster.status import Status

_NAME: Final = "docker-registry"
_POLL_INTERVAL: Final = 1.0
"""Seconds between two readings of the cluster."""
_CLEAR: Final = "\x1b[H\x1b[J"
"""Moves the cursor of a terminal to the first line, and erases all below."""


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
    output_: OutputOption = ["text"],  # type: ignore[list-item] # noqa: B006
    watch: Annotated[bool, typer.Option("--watch", help="Print the status on each change, until Ctrl-C.")] = False,
    wait: Annotated[
        float | None,
        typer.Option(parser=parse_duration_option, metavar="TIME", help="Wait up to TIME for it to become ready."),
    ] = None,
) -> None:
    """Show whether a deployment is ready, or the cause and the fix.

    Reads the cluster with kubectl, and changes nothing in it. Exits 0 if the deployment is ready, 1 if it is not, and
    3 if the cluster is unreachable.
    """
    from registry_gitops.cluster.status import Kubectl, get_status

    check_outputs(output_)
    if watch:
        _check_watch(output_)
    # `timeout` and CI send SIGTERM: kubectl must end with us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    release = _release_identity(config, namespace, name)
    kubectl = Kubectl(context, kubeconfig)
    last = _Run(lambda: get_status(*release, kubectl), output_, watch=watch, wait=wait).run()
    raise typer.Exit(ExitCode.OK if last.ready else ExitCode.FINDINGS)


def _check_watch(outputs: Sequence[Output]) -> None:
    """Raise typer.BadParameter unless the one output is text or json on stdout."""
    if [output.file for output in outputs] != [None] or outputs[0].format not in (ReportFormat.TEXT, ReportFormat.JSON):
        raise typer.BadParameter("--watch needs text or json, on stdout", param_hint="--output")


def _release_identity(config: Path | None, namespace: str | None, name: str | None) -> tuple[str, str]:
    """Return namespace and name of the HelmRelease that the arguments name."""
    if config and (namespace or name):
        raise typer.BadParameter("pass either CONFIG or --namespace and --name, not both", param_hint="CONFIG")
    if namespace:
        return namespace, name or _NAME
    if name:
        raise typer.BadParameter("needs --namespace NAME", param_hint="--name")
    from registry_gitops.deployment import require_known

    deployment = load_config(config or find_config_file())
    remedy = "pass --namespace and --name instead of the config file"
    names = {"namespace": deployment.namespace_options.name, "name": deployment.name}
    found_namespace, found_name = (require_known(text, key, remedy) for key, text in names.items())
    return found_namespace, found_name


class _Run:
    """One run of the command: one reading of the cluster, or one per second."""

    def __init__(
        self, read: Callable[[], Status], outputs: Sequence[Output], *, watch: bool, wait: float | None
    ) -> None:
        self._read = read
        self._outputs = outputs
        self._watch = watch
        self._deadline = None if wait is None else time.monotonic() + wait
        self._redraws = watch and outputs[0].format is ReportFormat.TEXT and supports_color(sys.stdout)
        self._reason = ""
        self._shown: dict[str, object] = {}

    def run(self) -> Status:
        """Print the status and return the last one. Ends with exit code 3 if the cluster is unreachable."""
        while True:
            status = self._poll()
            if status and self._watch:
                self._show(status)
            if self._is_done(status):
                break
            time.sleep(self._pause())
        if status is None:
            write_stderr(f"error: {self._reason}")
            raise typer.Exit(ExitCode.UNREACHABLE)
        if not self._watch:
            write_reports(self._outputs, lambda output: _format(status, output))
        return status

    def _poll(self) -> Status | None:
        """Read the cluster once, or return None if it is unreachable. The reason to wait is reported on each change."""
        from registry_gitops.cluster.status import ClusterError

        try:
            status = self._read()
        except ClusterError as error:
            self._report_wait(str(error))
            return None
        if not status.ready:
            self._report_wait(status.summary)
        return status

    def _report_wait(self, reason: str) -> None:
        if reason != self._reason and (self._watch or self._deadline is not None) and not self._redraws:
            write_stderr(f"waiting: {reason}")
        self._reason = reason

    def _is_done(self, status: Status | None) -> bool:
        if self._deadline is None:
            return not self._watch or (status is None and not self._shown)
        return bool(status and status.ready) or time.monotonic() >= self._deadline

    def _pause(self) -> float:
        """Return the seconds until the next reading; the last one is at the end of `--wait`."""
        if self._deadline is None:
            return _POLL_INTERVAL
        return max(0.0, min(_POLL_INTERVAL, self._deadline - time.monotonic()))

    def _show(self, status: Status) -> None:
        """Print a status that differs from the last one; on a terminal every one, because its ages differ."""
        # Events come and go while the deployment stays the same, and the time of the reading differs.
        key = status.model_dump(exclude={"read_at", "events"})
        if self._redraws or key != self._shown:
            text = _format(status, self._outputs[0], indent=None)
            write_stdout(f"{_CLEAR if self._redraws else ''}{text}")
        self._shown = key


def _format(status: Status, output: Output, indent: int | None = 2) -> str:
    """Return the status in the format of `output`; text and JSON are its own, and show more than a report does."""
    from registry_gitops.cluster.status import build_status_report, format_status

    if output.format is ReportFormat.JSON:
        return f"{status.to_json(indent)}\n"
    if output.format is not ReportFormat.TEXT:
        return format_report(build_status_report(status), output)
    if output.file:
        return format_status(status)
    return format_status(status, color=supports_color(sys.stdout), width=terminal_width())

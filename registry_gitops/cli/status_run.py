"""Run `status` once, until it is ready, or until Ctrl-C, and write what it found."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.reports import Output, ReportFormat, format_report, terminal_width, write_reports
from registry_gitops.cli.streams import supports_color, write_stderr, write_stdout

if TYPE_CHECKING:
    from registry_gitops.cluster.status import Status, StatusList

AnyStatus: TypeAlias = "Status | StatusList"

_POLL_INTERVAL: Final = 1.0
"""Seconds between two readings of the cluster."""
_CLEAR: Final = "\x1b[H\x1b[J"
"""Moves the cursor of a terminal to the first line, and erases all below."""


class StatusRun:
    """One run of the command: one reading of the cluster, or one per second."""

    def __init__(
        self, read: Callable[[], AnyStatus], outputs: Sequence[Output], *, watch: bool, wait: float | None
    ) -> None:
        self._read = read
        self._outputs = outputs
        self._watch = watch
        self._deadline = None if wait is None else time.monotonic() + wait
        self._redraws = watch and outputs[0].format is ReportFormat.TEXT and supports_color(sys.stdout)
        self._reason = ""
        self._shown: dict[str, object] = {}

    def run(self) -> AnyStatus:
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

    def _poll(self) -> AnyStatus | None:
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

    def _is_done(self, status: AnyStatus | None) -> bool:
        if self._deadline is None:
            return not self._watch or (status is None and not self._shown)
        return bool(status and status.ready) or time.monotonic() >= self._deadline

    def _pause(self) -> float:
        """Return the seconds until the next reading; the last one is at the end of `--wait`."""
        if self._deadline is None:
            return _POLL_INTERVAL
        return max(0.0, min(_POLL_INTERVAL, self._deadline - time.monotonic()))

    def _show(self, status: AnyStatus) -> None:
        """Print a status that differs from the last one; on a terminal every one, because its ages differ."""
        # Events come and go while the deployment stays the same, and the time of the reading differs.
        key = status.model_dump(exclude={"read_at": True, "events": True, "items": {"__all__": {"read_at", "events"}}})
        if self._redraws or key != self._shown:
            text = _format(status, self._outputs[0], indent=None)
            write_stdout(f"{_CLEAR if self._redraws else ''}{text}")
        self._shown = key


def _format(status: AnyStatus, output: Output, indent: int | None = 2) -> str:
    """Return the status in the format of `output`; text and JSON are its own, and show more than a report does."""
    from registry_gitops.cluster.status import StatusList, build_status_list_report, build_status_report

    if output.format is ReportFormat.JSON:
        return f"{status.to_json(indent)}\n"
    if output.format is ReportFormat.TEXT:
        return _format_text(status, is_file=output.file is not None)
    if isinstance(status, StatusList):
        return format_report(build_status_list_report(status), output)
    return format_report(build_status_report(status), output)


def _format_text(status: AnyStatus, *, is_file: bool) -> str:
    from registry_gitops.cluster.status import StatusList, format_status, format_status_table

    color = not is_file and supports_color(sys.stdout)
    if isinstance(status, StatusList):
        # On a terminal each registry has one line; a file, or a pipe to grep, gets the whole causes.
        columns = shutil.get_terminal_size().columns if not is_file and sys.stdout.isatty() else None
        return format_status_table(status, color=color, width=columns)
    return format_status(status) if is_file else format_status(status, color=color, width=terminal_width())

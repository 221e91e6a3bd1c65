"""The reports of `render`: the findings of one run, whether it comes to an end or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from registry_gitops.cli.exit_codes import ExitCode, input_error_code
from registry_gitops.cli.reports import Output, format_report, write_reports
from registry_gitops.cli.streams import write_stderr
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Severity

if TYPE_CHECKING:
    from registry_gitops.render import Plan


class RenderReport:
    """A context manager that writes the reports when the run ends, also by an InputError.

    A report on stdout is the only output of the run.
    """

    def __init__(self, config: Path, outputs: Sequence[Output], allow: Collection[str], fail_on: Severity) -> None:
        self._config = config
        self._outputs = outputs
        self._allow = allow
        self._fail_on = fail_on
        self._started = datetime.now(UTC)
        self._findings: Sequence[Finding] | None = None
        self.switched_off: Mapping[str, str] = {}
        """The rules that the config file switches off, each with its reason."""
        self.plan: Plan | None = None
        """What was compared, if each file that differs is a finding."""
        self.is_on_stdout = any(output.file is None for output in outputs)

    def __enter__(self) -> RenderReport:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if not self._outputs or not isinstance(error, InputError | typer.Exit | SystemExit | None):
            return
        problem = error if isinstance(error, InputError) else None
        try:
            self._write(problem)
        except InputError as unwritten:
            if problem and not self.is_on_stdout:
                raise InputError([*problem.findings, *unwritten.findings]) from None
            raise
        if problem and self.is_on_stdout:
            raise typer.Exit(input_error_code(problem)) from None

    def add(self, findings: Sequence[Finding]) -> None:
        """Report what the rules found. Ends the command with exit code 1 if a finding is as severe as `fail_on`."""
        self._findings = findings
        if not self.is_on_stdout:
            for finding in findings:
                write_stderr(finding.headline)
        if any(finding.is_error or self._fail_on is Severity.WARNING for finding in findings):
            raise typer.Exit(ExitCode.FINDINGS)

    def _write(self, problem: InputError | None) -> None:
        from registry_gitops.render import build_check_report

        report = build_check_report(
            self._config,
            self._findings,
            self.plan,
            allow=self._allow,
            switched_off=self.switched_off,
            fail_on=self._fail_on,
            error=problem,
            started=self._started,
        )
        write_reports(self._outputs, lambda output: format_report(report, output))

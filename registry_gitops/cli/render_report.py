"""The reports of `render`: the findings of one run, whether it comes to an end or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from registry_gitops.cli.exit_codes import ExitCode, input_error_code
from registry_gitops.cli.reports import Output, format_report, write_reports
from registry_gitops.cli.streams import write_stderr
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Severity

if TYPE_CHECKING:
    from registry_gitops.render import ConfigResult


class RenderReport:
    """A context manager that writes the reports when the run ends, also by an InputError.

    A report on stdout is the only output of the run.
    """

    def __init__(
        self, outputs: Sequence[Output], allow: Collection[str], fail_on: Severity, unchanged: int = 0
    ) -> None:
        """`unchanged` is the number of deployments that needed no check."""
        self._outputs = outputs
        self._allow = allow
        self._fail_on = fail_on
        self._unchanged = unchanged
        self._started = datetime.now(UTC)
        self._results: Sequence[ConfigResult] = ()
        self.compares = False
        """Whether each file that differs is a finding."""
        self.is_on_stdout = any(output.file is None for output in outputs)

    def __enter__(self) -> RenderReport:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if not self._outputs or not isinstance(error, InputError | SystemExit | None):
            return
        problem = error if isinstance(error, InputError) else None
        try:
            self._write(problem)
        except InputError as unwritten:
            if problem and not self.is_on_stdout:
                raise InputError([*problem.findings, *unwritten.findings]) from None
            raise
        if problem and self.is_on_stdout:
            raise SystemExit(input_error_code(problem)) from None

    def add(self, results: Sequence[ConfigResult]) -> None:
        """Report what was found in the config files.

        Ends the command with exit code 2 if one of them has a problem, and with 1 if a rule found something as severe
        as `fail_on`.
        """
        self._results = results
        # Config files that extend one have the same findings in it.
        findings = dict.fromkeys(finding for result in results for finding in result.findings or ())
        problems = dict.fromkeys(problem for result in results for problem in result.problems)
        failed = [result for result in results if result.problems or self._stops(result.findings)]
        if not self.is_on_stdout:
            for line in (*(finding.headline for finding in findings), *map(str, problems)):
                write_stderr(line)
            total = len(results) + self._unchanged
            if failed and total > 1:
                write_stderr(f"{total} deployments: {len(failed)} with errors, nothing was written")
        if failed:
            raise SystemExit(ExitCode.INPUT if problems else ExitCode.FINDINGS)

    def _stops(self, findings: Iterable[Finding] | None) -> bool:
        return any(finding.is_error or self._fail_on is Severity.WARNING for finding in findings or ())

    def _write(self, error: InputError | None) -> None:
        from registry_gitops.render import build_check_report

        report = build_check_report(
            self._results,
            compare=self.compares,
            allow=self._allow,
            fail_on=self._fail_on,
            error=error,
            started=self._started,
        )
        write_reports(self._outputs, lambda output: format_report(report, output))

"""The reports of `render`: the findings of one run, whether it comes to an end or not."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from registry_gitops.cli.exit_codes import ExitCode, input_error_code
from registry_gitops.cli.reports import Output, format_report, write_reports
from registry_gitops.cli.streams import write_stderr
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location
from registry_gitops.version import __version__

if TYPE_CHECKING:
    from registry_gitops.render import Change, Plan
    from registry_gitops.report import CheckResult, Report
    from registry_gitops.rules import Rule

_STALE: Final = "stale-file"


class RenderReport:
    """A context manager that writes the reports when the run ends, also by an InputError.

    `add` and `compare` collect what the run finds. A report on stdout is the only output of the run.
    """

    def __init__(self, config: Path, outputs: Sequence[Output], allowed: Collection[str]) -> None:
        self._config = config
        self._outputs = outputs
        self._allowed = allowed
        self._started, self._clock = datetime.now(UTC), time.monotonic()
        self._findings: list[Finding] = []
        self._has_run_rules = self._has_compared = False
        self.is_on_stdout = any(output.file is None for output in outputs)

    def __enter__(self) -> RenderReport:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if not self._outputs or not isinstance(error, InputError | typer.Exit | None):
            return
        if isinstance(error, InputError):
            self._findings += error.findings
        report = self._report()
        write_reports(self._outputs, lambda output: format_report(report, output))
        if isinstance(error, InputError) and self.is_on_stdout:
            raise typer.Exit(input_error_code(error)) from None

    def add(self, findings: Iterable[Finding]) -> None:
        """Report what the rules found. Ends the command with exit code 1 if a finding is an error."""
        self._has_run_rules = True
        found = [replace(each, location=replace(each.location, file=str(self._config))) for each in findings]
        self._findings += found
        if not self.is_on_stdout:
            for finding in found:
                write_stderr(finding.headline)
        if any(finding.is_error for finding in found):
            raise typer.Exit(ExitCode.FINDINGS)

    def compare(self, plan: Plan) -> None:
        """Report each file that differs from what would be rendered."""
        self._has_compared = True
        self._findings += (self._stale_file(plan, change) for change in plan.pending)

    def _stale_file(self, plan: Plan, change: Change) -> Finding:
        from registry_gitops.render import Action

        command = f"`registry-gitops render {self._config}`"
        message, remedy = {
            Action.CREATE: ("is missing", f"run {command}"),
            Action.DELETE: ("is no longer rendered", f"run {command}"),
            Action.EDITED: ("was edited after rendering", "move the edit to the config file, or pass --force"),
            Action.UNOWNED: ("was not written by registry-gitops", "move it, or pass another --output-dir"),
        }.get(change.action, ("differs from the config file", f"run {command}"))
        return Finding(id=_STALE, message=message, location=Location(str(plan.directory / change.path)), remedy=remedy)

    def _report(self) -> Report:
        from registry_gitops.report import Report

        return Report(
            tool="registry-gitops render",
            version=__version__,
            subject=str(self._config),
            started=self._started,
            seconds=time.monotonic() - self._clock,
            checks=tuple(self._checks()),
            findings=tuple(self._findings),
        )

    def _checks(self) -> Iterator[CheckResult]:
        from registry_gitops.report import CheckResult, Outcome
        from registry_gitops.rules import RULES

        yield from map(self._check_of, RULES)
        if self._has_compared:
            outcome = Outcome.FAILED if any(finding.id == _STALE for finding in self._findings) else Outcome.PASSED
            yield CheckResult(id=_STALE, title="The rendered files are up to date", outcome=outcome)

    def _check_of(self, rule: Rule) -> CheckResult:
        from registry_gitops.report import CheckResult, Outcome, Requirement

        requirement = Requirement.REQUIRED if rule.severity == "error" else Requirement.RECOMMENDED
        outcome, message = Outcome.PASSED, ""
        if not self._has_run_rules:
            outcome, message = Outcome.SKIPPED, "the config file is not valid"
        elif rule.id in self._allowed:
            outcome, message = Outcome.SKIPPED, f"allowed by --allow {rule.id}"
        elif any(finding.id == rule.id and finding.is_error for finding in self._findings):
            outcome = Outcome.FAILED
        return CheckResult(id=rule.id, title=rule.title, outcome=outcome, requirement=requirement, message=message)

"""One run of `validate`, and its reports. Loads Typer and pydantic only for a report that is not text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.progress import Progress
from registry_gitops.cli.streams import supports_color, write_stdout
from registry_gitops.cli.validation_text import format_examination
from registry_gitops.findings import Severity
from registry_gitops.validation import ValidationOptions, examine

if TYPE_CHECKING:
    from registry_gitops.cli.reports import Output


def run_validation(
    paths: Sequence[str],
    options: ValidationOptions | None = None,
    fail_on: Severity = Severity.ERROR,
    outputs: Sequence[Output] = (),
) -> ExitCode:
    """Check `paths` (default: the working directory), write the reports (default: text on stdout), return the code."""
    options, names = options or ValidationOptions(), paths or ["."]
    started = datetime.now(UTC)
    with Progress() as progress:
        examination = examine(names, options, progress.show)
    seconds = (datetime.now(UTC) - started).total_seconds()
    if not outputs:
        write_stdout(format_examination(examination, seconds, color=supports_color(sys.stdout)))
    else:
        from registry_gitops.cli.reports import ReportFormat, format_report, write_reports
        from registry_gitops.validation import build_report

        def write(output: Output) -> str:
            if output.format is ReportFormat.TEXT:
                color = output.file is None and supports_color(sys.stdout)
                return format_examination(examination, seconds, color=color)
            return format_report(build_report(examination, names, options, started, fail_on=fail_on), output)

        write_reports(outputs, write)
    is_failure = any(finding.is_error or fail_on is Severity.WARNING for finding in examination.findings)
    return ExitCode.FINDINGS if is_failure else ExitCode.OK

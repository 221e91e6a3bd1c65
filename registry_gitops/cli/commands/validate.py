"""registry-gitops validate: what would fail in the cluster, in any Flux repository."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.reports import Output, OutputOption, check_outputs, format_report, write_reports
from registry_gitops.cli.streams import write_stdout
from registry_gitops.findings import Severity


def validate(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="File or directory; - for stdin.", show_default="the working directory"),
    ] = None,
    fail_on: Annotated[
        Severity, typer.Option("--fail-on", help="Least severe finding that makes it exit 1.")
    ] = Severity.ERROR,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Report the findings of RULE only. Repeatable.")
    ] = None,
    skip_rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Leave out the findings of RULE. Repeatable.")
    ] = None,
    output_: OutputOption = [],  # noqa: B006 - Typer copies it
) -> None:
    """Check the manifests of a Flux repository before the commit."""
    from registry_gitops.validate import ValidationOptions, examine

    check_outputs(output_)
    started, names = datetime.now(UTC), paths or ["."]
    options = ValidationOptions(only=frozenset(rule or ()), skip=frozenset(skip_rule or ()))
    examination = examine(names, options)
    if not output_:
        write_stdout("".join(f"{finding.headline}\n" for finding in examination.findings))
    else:
        from registry_gitops.validate import build_report

        report = build_report(examination, names, options, started, fail_on=fail_on)

        def write(output: Output) -> str:
            return format_report(report, output)

        write_reports(output_, write)
    if any(finding.is_error or fail_on is Severity.WARNING for finding in examination.findings):
        raise typer.Exit(ExitCode.FINDINGS)

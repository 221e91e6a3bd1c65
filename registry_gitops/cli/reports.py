"""Write reports, each in a format, to stdout or to a file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from registry_gitops.cli.streams import supports_color, write_stdout
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location

if TYPE_CHECKING:
    from registry_gitops.report import Report

_MAX_WIDTH: Final = 120


class ReportFormat(StrEnum):
    """The formats of a report."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"
    HTML = "html"


@dataclass(frozen=True)
class Output:
    """One report to write: to `file`, or to stdout if it is None."""

    format: ReportFormat
    file: Path | None = None


def parse_output(text: str) -> Output:
    """Parse FORMAT or FORMAT=FILE. Raises typer.BadParameter, also if FILE could not be written."""
    name, given, file = text.partition("=")
    if name not in list(ReportFormat) or (given and not file):
        raise typer.BadParameter(
            f'"{text}" is not {", ".join(ReportFormat)}, nor one of these with a file, for example html=report.html'
        )
    if file:
        refuse_unwritable(Path(file))
    return Output(ReportFormat(name), Path(file) if file else None)


def refuse_unwritable(file: Path, param_hint: str | None = None) -> None:
    """Raise typer.BadParameter if `file` cannot become a file, before work is done whose result would be lost."""
    try:
        if file.is_dir():
            reason = "it is a directory"
        elif not file.parent.is_dir():
            reason = "its directory does not exist: create it"
        else:
            return
    except OSError as error:
        reason = error.strerror or str(error)
    raise typer.BadParameter(f"cannot write {file}: {reason}", param_hint=param_hint)


def check_outputs(outputs: Sequence[Output]) -> None:
    """Raise typer.BadParameter if two reports have the same destination."""
    destinations = [output.file for output in outputs]
    if len(destinations) != len(set(destinations)):
        raise typer.BadParameter(
            "two reports have the same destination: add =FILE to one of them", param_hint="--output"
        )


def write_reports(report: Report, outputs: Sequence[Output]) -> None:
    """Write the report in every requested format, then raise InputError if a file could not be written.

    Files come first, so that a reader of stdout that leaves costs none.
    """
    from registry_gitops.report import WRITERS, write_text

    problems: list[Finding] = []
    for output in sorted(outputs, key=lambda output: output.file is None):
        if output.file:
            content = WRITERS[output.format](report)
            try:
                output.file.write_text(content, "utf-8", errors="backslashreplace", newline="\n")
            except OSError as error:
                message = f"cannot be written: {error.strerror}"
                problems.append(Finding(id="invalid-input", message=message, location=Location(str(output.file))))
        elif output.format is ReportFormat.TEXT:
            width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
            write_stdout(write_text(report, color=supports_color(sys.stdout), width=width))
        else:
            write_stdout(WRITERS[output.format](report))
    if problems:
        raise InputError(problems)

"""The option --output of every command that reports: parse it, and write the reports, to stdout or to files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from registry_gitops.cli.streams import supports_color, write_stdout
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding

if TYPE_CHECKING:
    from registry_gitops.report import Report

_MAX_WIDTH: Final = 120


class ReportFormat(StrEnum):
    """The formats of a report."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"
    HTML = "html"


class DiffFormat(StrEnum):
    """The formats of `diff`."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    MARKDOWN = "markdown"


@dataclass(frozen=True)
class Output:
    """One report to write: to `file`, or to stdout if it is None."""

    format: ReportFormat | DiffFormat
    file: Path | None = None


def output_parser(formats: type[ReportFormat | DiffFormat]) -> Callable[[str], Output]:
    """Return a parser of FORMAT or FORMAT=FILE, which raises typer.BadParameter, also if FILE could not be written."""

    def parse(text: str) -> Output:
        name, given, file = text.partition("=")
        if name not in list(formats) or (given and not file):
            raise typer.BadParameter(
                f'"{text}" is not {", ".join(formats)}, nor one of these with a file, for example json=report.json'
            )
        if file:
            refuse_unwritable(Path(file))
        return Output(formats(name), Path(file) if file else None)

    return parse


OutputOption = Annotated[
    list[Output],
    typer.Option(
        "--output",
        "-o",
        parser=output_parser(ReportFormat),
        metavar="FORMAT[=FILE]",
        help="text, json, junit, sarif, github, or html; to FILE, or to stdout. Repeatable.",
    ),
]
"""The type of the option, the same for every command that writes a report."""


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


def check_outputs(outputs: Sequence[Output], *, stdout_option: str = "") -> None:
    """Raise typer.BadParameter if two reports have the same destination, or one that of `stdout_option`."""
    destinations = [output.file and os.path.realpath(output.file) for output in outputs]
    if len(destinations) != len(set(destinations)):
        raise typer.BadParameter(
            "two reports have the same destination: add =FILE to one of them", param_hint="--output"
        )
    if stdout_option and None in destinations:
        raise typer.BadParameter(
            f"a report on stdout cannot be combined with {stdout_option}: add =FILE", param_hint="--output"
        )


def format_report(report: Report, output: Output) -> str:
    """Return the report in the format of `output`: for a terminal in its width, and in color if it supports that."""
    from registry_gitops.report import WRITERS, write_text

    if output.format is ReportFormat.TEXT and output.file is None:
        return write_text(report, color=supports_color(sys.stdout), width=terminal_width())
    return WRITERS[output.format](report)


def terminal_width() -> int:
    """Return the columns of the terminal, at most 120."""
    return min(shutil.get_terminal_size().columns, _MAX_WIDTH)


def write_reports(outputs: Sequence[Output], write: Callable[[Output], str]) -> None:
    """Write what `write` returns for each output, then raise InputError if a file could not be written.

    Files come first, so that a reader of stdout that leaves costs none.
    """
    findings: list[Finding] = []
    for output in sorted(outputs, key=lambda output: output.file is None):
        content = write(output)
        if output.file is None:
            write_stdout(content)
            continue
        try:
            output.file.write_text(content, "utf-8", newline="\n")
        except OSError as error:
            findings += InputError.single(f"cannot be written: {error.strerror}", output.file).findings
    if findings:
        raise InputError(findings)

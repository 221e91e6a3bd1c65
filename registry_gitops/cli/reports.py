"""Where reports go: each in a form, to stdout or to a file."""

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

if TYPE_CHECKING:
    from registry_gitops.report import Report

_MAX_WIDTH: Final = 120


class Form(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"
    HTML = "html"


@dataclass(frozen=True)
class Output:
    """One report to write. Without a file it goes to stdout."""

    form: Form
    file: Path | None = None


def output(text: str) -> Output:
    """Read FORM or FORM=FILE. Raises typer.BadParameter, for a file that could not be written later too."""
    name, given, file = text.partition("=")
    if name not in list(Form) or (given and not file):
        raise typer.BadParameter(f'"{text}" is not {", ".join(Form)}, nor one of these with a file: html=report.html')
    if file and (Path(file).is_dir() or not Path(file).parent.is_dir()):
        raise typer.BadParameter(f"{file} cannot be written: it is a folder, or in one that is not there")
    return Output(Form(name), Path(file) if file else None)


def check_outputs(outputs: Sequence[Output]) -> None:
    """Raises typer.BadParameter where two reports would be written to the same place."""
    places = [each.file for each in outputs]
    if len(places) != len(set(places)):
        raise typer.BadParameter("two reports would go to one place: give one of them a file", param_hint="--output")


def write_reports(report: Report, outputs: Sequence[Output]) -> None:
    """Write the report in every form that was asked for; files first, so that a reader who leaves costs none."""
    from registry_gitops.report import WRITERS
    from registry_gitops.report.writers import text

    for each in sorted(outputs, key=lambda each: each.file is None):
        if each.file:
            each.file.write_text(WRITERS[each.form](report), "utf-8", errors="backslashreplace")
        elif each.form is Form.TEXT:
            width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
            write_stdout(text.write(report, colour=supports_color(sys.stdout), width=width))
        else:
            write_stdout(WRITERS[each.form](report))

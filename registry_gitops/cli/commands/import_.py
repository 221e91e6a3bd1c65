"""registry-gitops import: a config file for a registry that was deployed in another way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.streams import write_stderr, write_stdout


def import_(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="File or directory with manifests that run a registry, a HelmRelease, a HelmChart of k3s, or a values "
            "file.",
            show_default=False,
        ),
    ],
    output_dir: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Directory to write to; created if missing.", show_default="current directory"
        ),
    ] = Path(),
    output: Annotated[Literal["text", "json"], typer.Option("--output", "-o", help="Format of the report.")] = "text",
) -> None:
    """Create a registry.yaml for a registry that you have already.

    Reports what became of every key, and exits 1 if one needs a decision. Never overwrites a file.
    """
    from registry_gitops.importer import format_import, import_path, write_import

    imported = import_path(path, output_dir)
    write_import(imported, output_dir)
    report = imported.report
    write_stdout(f"{report.to_json()}\n" if output == "json" else format_import(report))
    write_stderr(f"created {', '.join(report.files)}")
    if report.decisions:
        raise typer.Exit(ExitCode.FINDINGS)


# What users type, and what the table of commands shows: Python keeps the word for itself.
import_.__name__ = "import"

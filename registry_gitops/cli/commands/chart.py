"""registry-gitops chart: the Helm chart in a directory, in an archive, and in an OCI registry."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

from registry_gitops.cli.streams import write_stderr, write_stdout


def write(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Directory to write to; created if missing.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that were edited.")] = False,
) -> None:
    """Write the chart to a directory that deployments share.

    Name the directory as `source.chart` in each config file. Run this again with a newer version of registry-gitops.
    Prints each change. Never changes files that it did not write; stops if a file was edited.
    """
    from registry_gitops.charts import write_chart

    plan = write_chart(directory, force=force)
    counts = Counter(change.action for change in plan.pending)
    for action, count in counts.items():
        write_stdout(f"{action} {directory}/ ({count} file{'s' if count > 1 else ''})\n")
    if not counts:
        write_stderr(f"up to date: {directory}")


def package(
    output_dir: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Directory to write to; created if missing.", show_default="current directory"
        ),
    ] = Path(),
) -> None:
    """Write the chart to an archive.

    The archive is docker-registry-VERSION.tgz, as of `helm package`, with the same bytes on every machine.
    """
    from registry_gitops.charts import package_chart, write_archive

    write_stdout(f"create {write_archive(package_chart(), output_dir)}\n")


CHART_COMMANDS: Final = (write, package)
"""The commands of `chart`, in the order of its help."""

"""registry-gitops init: a description to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry_gitops.cli.filenames import SourceType
from registry_gitops.cli.streams import out, say
from registry_gitops.version import __version__


def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder to write to; made if it is missing.", show_default="this folder"),
    ] = Path(),
    source: Annotated[
        SourceType,
        typer.Option(
            help="Where Flux takes the chart from: this Git repository, a Helm repository, or an OCI registry."
        ),
    ] = SourceType.GIT,
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Address of the Helm repository, or of the chart in an OCI registry."),
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the HelmRelease.")] = "docker-registry",
    namespace: Annotated[str, typer.Option(metavar="NAME", help="Namespace of the deployment.")] = "docker-registry",
    python: Annotated[bool, typer.Option("--python", help="Write registry.py in place of registry.yaml.")] = False,
) -> None:
    """Write a registry.yaml that holds the documented deployment.

    Beside it stands its JSON Schema, for editors. Nothing is overwritten.
    """
    _check_url(source, url)
    from registry_gitops.cli.starter import save, starter

    files = starter(folder, source, url=url, name=name, namespace=namespace, python=python)
    save(files, folder)
    out("".join(f"create {file}\n" for file in files))
    config = next(iter(files))
    say(f"Next: read {folder / config}, then run `registry-gitops render {folder / config}`.")


def _check_url(source: SourceType, url: str | None) -> None:
    if source is SourceType.GIT and url:
        raise typer.BadParameter(
            "the chart is taken from this Git repository: give --source helm or --source oci too", param_hint="--url"
        )
    if source is SourceType.OCI and not url:
        raise typer.BadParameter(
            "where is the chart? `helm push docker-registry-"
            f"{__version__}.tgz oci://HOST/PATH` makes it --url oci://HOST/PATH/docker-registry",
            param_hint="--source oci",
        )

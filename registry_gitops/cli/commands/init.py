"""registry-gitops init: a starter config file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from registry_gitops.cli.streams import write_stderr, write_stdout
from registry_gitops.errors import InputError
from registry_gitops.filenames import SCHEMA_FILE

_OPTIONS: Final = {"name": "--name", "namespace": "--namespace", "url": "--url", "schema": "--schema", "path": "DIR"}
"""Key of a problem -> the option that it came from."""


def init(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="Directory to write to; created if missing.", show_default="current directory"
        ),
    ] = Path(),
    source: Annotated[
        Literal["git", "helm", "oci"],
        typer.Option(
            help="Where Flux gets the chart: from this Git repository, a Helm repository, or an OCI registry."
        ),
    ] = "git",
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="URL of the Helm repository, or of the chart in an OCI registry, for example "
            "oci://ghcr.io/example/charts/docker-registry.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the HelmRelease.", show_default="docker-registry")
    ] = None,
    namespace: Annotated[
        str | None, typer.Option(metavar="NAME", help="Namespace of the deployment.", show_default="docker-registry")
    ] = None,
    layout: Annotated[
        Literal["flat", "monorepo", "per-app"] | None,
        typer.Option(
            help="All in DIR; a base and its environments in apps/, and the clusters in clusters/; or "
            "kubernetes/apps/NAMESPACE/NAME/app/ with a ks.yaml above it.",
            show_default="what DIR shows, or flat",
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="JSON Schema for editors, an existing file or a published one.",
            show_default=f"the {SCHEMA_FILE} of DIR or above it in the repository, or a new one",
        ),
    ] = None,
    python: Annotated[bool, typer.Option("--python", help="Write registry.py instead of registry.yaml.")] = False,
) -> None:
    """Create a starter registry.yaml, and its JSON Schema for editors.

    The file spells out the chart's main defaults, for you to change. Never overwrites a file.
    """
    _check_url(source, url)
    from registry_gitops.starter import StarterOptions, create_files, find_layout, make_starter

    shown = find_layout(folder)
    layout = layout or shown.layout
    if python and layout != "flat":
        raise typer.BadParameter(
            f"the layout {layout} has several files, all of them YAML: add --layout flat", param_hint="--python"
        )
    if python and schema:
        raise typer.BadParameter("editors check YAML against it, and --python writes none", param_hint="--schema")
    options = StarterOptions(source, url, name or shown.name, namespace or shown.namespace, schema, python=python)
    try:
        starter = make_starter(folder, layout, options)
    except InputError as error:
        raise error.with_keys(_OPTIONS) from None
    create_files(starter.files, folder)
    write_stdout("".join(f"create {file}\n" for file in starter.files))
    if len(starter.steps) == 1:
        write_stderr(f"Next: {starter.steps[0]}.")
        return
    write_stderr("Next:")
    for number, step in enumerate(starter.steps, 1):
        write_stderr(f"{number}. {step[0].upper()}{step[1:]}.")


def _check_url(source: str, url: str | None) -> None:
    if source == "git" and url:
        raise typer.BadParameter(
            "--source git gets the chart from this Git repository: add --source helm or --source oci",
            param_hint="--url",
        )
    if source == "oci" and not url:
        raise typer.BadParameter(
            "--source oci needs --url oci://HOST/PATH/docker-registry: push the chart first, with "
            "`registry-gitops chart push oci://HOST/PATH`",
            param_hint="--source",
        )

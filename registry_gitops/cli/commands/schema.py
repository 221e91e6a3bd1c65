"""registry-gitops schema: JSON Schemas for editors and other tools."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from registry_gitops.cli.streams import write_stdout


class Subject(StrEnum):
    """The schemas that can be printed."""

    CONFIG = "config"
    VALUES = "values"


def schema(
    subject: Annotated[
        Subject,
        typer.Argument(metavar="SUBJECT", help="config: of registry.yaml. values: of the chart's values alone."),
    ] = Subject.CONFIG,
) -> None:
    """Print the JSON Schema of registry.yaml, or of the values."""
    from registry_gitops.schema import config_schema, format_schema, values_schema

    write_stdout(format_schema(config_schema() if subject is Subject.CONFIG else values_schema()))

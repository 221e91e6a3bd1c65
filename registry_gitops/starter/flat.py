"""The layout `flat`: one directory has the config file, its JSON Schema, and all that is rendered."""

from __future__ import annotations

from pathlib import Path

from registry_gitops.filenames import SCHEMA_FILE
from registry_gitops.schema import config_schema, format_schema
from registry_gitops.starter.config_template import ConfigTemplate
from registry_gitops.starter.options import Starter, StarterOptions


def flat_starter(directory: Path, options: StarterOptions) -> Starter:
    """Return registry.yaml and its JSON Schema, or registry.py."""
    template = ConfigTemplate(directory, options)
    config = directory / template.name
    files = {template.name: template.fill(options.source)}
    if not options.python:
        files[SCHEMA_FILE] = format_schema(config_schema())
    return Starter(files, (f"read {config}, then run `registry-gitops render {config}`",))

"""The layout `flat`: one directory has the config file, its JSON Schema, and all that is rendered."""

from __future__ import annotations

import shlex
from pathlib import Path

from registry_gitops.starter.config_template import ConfigTemplate
from registry_gitops.starter.editor_schema import EditorSchema
from registry_gitops.starter.options import Starter, StarterOptions


def flat_starter(directory: Path, options: StarterOptions) -> Starter:
    """Return registry.yaml, and its JSON Schema unless the repository has one; or registry.py."""
    schema = EditorSchema.find(directory, options.schema)
    template = ConfigTemplate(directory, options, schema)
    config = directory / template.name
    files = {template.name: template.fill(options.source), **({} if options.python else schema.files)}
    return Starter(files, (f"read {config}, then run `registry-gitops render {shlex.quote(str(config))}`",))

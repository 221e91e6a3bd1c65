"""The layout `flat`: one directory has the config file, its JSON Schema, and all that is rendered."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path
from typing import Final

from registry_gitops.errors import InputError
from registry_gitops.filenames import CHECKSUM_FILE
from registry_gitops.render import EARLIER_FILES
from registry_gitops.starter.config_template import ConfigTemplate
from registry_gitops.starter.editor_schema import EditorSchema
from registry_gitops.starter.options import Starter, StarterOptions

_README: Final = "README.md"


def flat_starter(directory: Path, options: StarterOptions) -> Starter:
    """Return registry.yaml, and its JSON Schema unless the repository has one; or registry.py.

    Raises InputError for a directory with files that `render` would have to overwrite, which it never does.
    """
    _refuse_occupied(directory)
    schema = EditorSchema.find(directory, options.schema)
    template = ConfigTemplate(directory, options, schema)
    config = directory / template.name
    files = {template.name: template.fill(options.source), **({} if options.python else schema.files)}
    return Starter(files, (f"read {config}, then run `registry-gitops render {shlex.quote(str(config))}`",))


def _refuse_occupied(directory: Path) -> None:
    with suppress(OSError):  # which is told when the files are written
        occupied = [name for name in (*EARLIER_FILES, _README) if (directory / name).exists()]
        if not occupied or (directory / CHECKSUM_FILE).exists():
            return
        if occupied[0] == _README:
            remedy = f"such as `registry-gitops init {shlex.quote(str(directory / 'registry'))}`"
        else:
            remedy = f"or run `registry-gitops import {shlex.quote(str(directory))}`"
        message = "exists, and `registry-gitops render` would have to overwrite it: pass a directory of its own"
        raise InputError.single(f"{message}, {remedy}", directory / occupied[0])

"""One JSON Schema for all config files of a repository."""

from __future__ import annotations

from pathlib import Path

from registry_gitops.filenames import SCHEMA_FILE
from registry_gitops.schema import config_schema, format_schema


def schema_files(directory: Path) -> dict[str, str]:
    """Return the JSON Schema at the top of a repository; nothing if there is one."""
    return {} if (directory / SCHEMA_FILE).exists() else {SCHEMA_FILE: format_schema(config_schema())}

"""JSON Schemas to compiled ones, which read nothing from the web or from a file."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def compile_schema(schema: Schema) -> Any:
    """Return a validator of jsonschema-rs. Raises ValueError for what is no schema, or refers to another one."""
    # Imported here: a run without objects does not need it.
    from jsonschema_rs import RegexOptions, validator_for

    return validator_for(schema, validate_formats=True, retriever=_refuse, pattern_options=RegexOptions())


def _refuse(uri: str) -> Any:
    """Refuse to fetch a schema: jsonschema-rs would read it from the web, or from any file."""
    raise ValueError(f"a schema refers to another one, {uri}")

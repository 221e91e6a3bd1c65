"""The JSON Schema of registry.yaml with texts that Flux substitutes in, wherever a scalar stands."""

from __future__ import annotations

from typing import Any, Final

REFERENCES: Final = "References"

REFERENCES_SCHEMA: Final[dict[str, Any]] = {
    "description": "A text with variables that Flux fills in (`postBuild.substitute`), such as ${NAME:=default}.",
    "type": "string",
    "pattern": r"\$\{",
}
_REFERENCE: Final = {"$ref": f"#/definitions/{REFERENCES}"}

_SCALARS: Final = {"string", "integer", "number", "boolean"}
_ANNOTATIONS: Final = ("description", "default", "title")


def with_references(schema: Any) -> Any:
    """Return a schema in which each scalar, at any depth, can be a text with references too."""
    if isinstance(schema, list):
        return [with_references(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if _is_scalar(schema):
        notes = {key: schema[key] for key in _ANNOTATIONS if key in schema}
        typed = {key: value for key, value in schema.items() if key not in notes}
        return {**notes, "anyOf": [typed, _REFERENCE]}
    union = next((key for key in ("anyOf", "oneOf") if key in schema), None)
    if union and any(map(_is_scalar, schema[union])):
        members = [member if _is_scalar(member) else with_references(member) for member in schema[union]]
        return {**schema, union: [*members, _REFERENCE]}
    return {key: _below(key, value) for key, value in schema.items()}


def _below(key: str, value: Any) -> Any:
    match key:
        case "properties" | "patternProperties":
            return {name: with_references(below) for name, below in value.items()}
        case "items" | "anyOf" | "oneOf" | "additionalProperties":
            return with_references(value)
        case _:  # a scalar's own keywords; `const` tells the members of a union apart, and Flux cannot
            return value


def _is_scalar(schema: Any) -> bool:
    kinds = schema.get("type") if isinstance(schema, dict) else None
    return "const" not in schema and bool(_SCALARS.intersection(kinds if isinstance(kinds, list) else [kinds]))

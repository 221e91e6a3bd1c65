"""The explanation of a key of a config file: its type, default, and docstring, and the keys below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from registry_gitops.errors import InputError
from registry_gitops.model import unknown_key
from registry_gitops.schema.json_schema import typed_config_schema


@dataclass(frozen=True)
class Explanation:
    """One key. `path` is dotted, "" for the whole config file; `default` is None if there is none."""

    path: str
    type: str
    default: object
    description: str
    fields: tuple[Explanation, ...] = ()

    @property
    def key(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]


def explain_key(path: str = "") -> Explanation:
    """Explain the key at `path`, such as values.persistence.size, with the keys right below it.

    List indexes are left out: values.extraEnvVars.name. A map has any key: flux.clusters.production. Raises InputError
    for an unknown key, with the nearest one.
    """
    schema = typed_config_schema()
    steps: list[str] = []
    for step in filter(None, path.split(".")):
        below = child_schemas(schema)
        if step not in below and (entry := _entry_schema(schema)):
            below = {step: entry}
        if step not in below:
            raise _unknown(path, steps, step, list(below))
        schema = below[step]
        steps.append(step)
    fields = tuple(_explanation([*steps, key], below) for key, below in child_schemas(schema).items())
    return _explanation(steps, schema, fields)


def _unknown(path: str, steps: list[str], step: str, known: list[str]) -> InputError:
    """Return the error for a key that is not below `steps`; a path that only lacks its beginning is completed."""
    whole = "" if steps else next((field.path for field in explain_tree("") if field.path.endswith(f".{path}")), "")
    if whole:
        return InputError.single(f'unknown key "{path}": did you mean "{whole}"?')
    where = f"{'.'.join(steps)}: " if steps else ""
    return InputError.single(f"{where}{unknown_key(step, known).message()}")


def explain_tree(path: str) -> Iterator[Explanation]:
    """Yield the key at `path` and every key below it, depth first, without those of entries of lists."""
    explanation = explain_key(path)
    yield explanation
    if not explanation.type.startswith("[]"):
        for field in explanation.fields:
            yield from explain_tree(field.path)


def child_schemas(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas of the keys of an object, of the entries of a list, or of all members of a union, by key."""
    schemas: dict[str, Any] = {}
    meanings: dict[str, dict[str, str]] = {}
    for member in _members(schema):
        properties = {**member.get("properties", {}), **_below_items(member)}
        kind = properties.get("type", {}).get("const", "")
        for key, below in properties.items():
            # The key that tells the members of a union apart has one value in each.
            both = "const" in below and key in schemas
            schemas[key] = (
                {**below, "enum": [*_constants(schemas[key]), *_constants(below)]} if both else schemas.get(key, below)
            )
            meanings.setdefault(key, {}).setdefault(_description(below), kind)
    return {key: _with_meanings(below, meanings[key]) for key, below in schemas.items()}


def _with_meanings(schema: dict[str, Any], meanings: dict[str, str]) -> dict[str, Any]:
    """Return the schema of a key with each of its descriptions, if it has several; `meanings` has the type of each."""
    if len(meanings) < 2 or not all(meanings.values()):
        return schema
    return {**schema, "description": " ".join(f"Of type {kind}: {text}" for text, kind in meanings.items())}


def _description(schema: dict[str, Any]) -> str:
    return str(schema.get("description") or _resolve(schema).get("description", ""))


def _below_items(schema: dict[str, Any]) -> dict[str, Any]:
    return child_schemas(schema["items"]) if "items" in schema else {}


def _entry_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of the entries of a map of objects; None for all else."""
    entries = [below for member in _members(schema) for below in member.get("patternProperties", {}).values()]
    return next((entry for entry in entries if child_schemas(entry)), None)


def _constants(schema: dict[str, Any]) -> list[Any]:
    return schema.get("enum") or [schema["const"]]


def _explanation(steps: list[str], schema: dict[str, Any], fields: tuple[Explanation, ...] = ()) -> Explanation:
    return Explanation(".".join(steps), type_name(schema), schema.get("default"), _description(schema), fields)


def type_name(schema: dict[str, Any]) -> str:
    """Return the type as kubectl explain writes it: string, integer, []object, map[string]string, or the values."""
    names = dict.fromkeys(_one_type(member) for member in _members(schema))
    return " | ".join(name for name in names if name != "null")


def _one_type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(f'"{value}"' if value == "" else str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " | ".join(kind)
    if kind == "array":
        return f"[]{type_name(schema.get('items', {}))}"
    if kind == "object" and "properties" not in schema:
        values: Any = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), {})
        return f"map[string]{type_name(values) if isinstance(values, dict) else 'any'}"
    return str(kind)


def _members(schema: dict[str, Any]) -> list[dict[str, Any]]:
    schema = _resolve(schema)
    union = schema.get("oneOf") or schema.get("anyOf")
    return [inner for member in union for inner in _members(member)] if union else [schema]


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if not reference:
        return schema
    definition: dict[str, Any] = typed_config_schema()["definitions"][reference.rpartition("/")[2]]
    return definition

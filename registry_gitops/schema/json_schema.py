"""The JSON Schemas of config files (for editors) and of the chart's values (for Helm), generated from the models."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DataclassSchema, DictSchema, ModelSchema

from registry_gitops.deployment import EXTENDS, RegistryDeployment
from registry_gitops.model import Model
from registry_gitops.schema.docs import field_docs, model_doc
from registry_gitops.schema.references_schema import REFERENCES, REFERENCES_SCHEMA, with_references
from registry_gitops.values import RegistryValues

# Draft 7 is what Helm 3, Helm 4 and every editor understand.
_DIALECT = "http://json-schema.org/draft-07/schema#"
_DEFINITIONS = "#/definitions/"
_EXTENDS_SCHEMA = {
    "description": "Path from here of another YAML config file, such as ../base/registry.yaml, over which this one is "
    "merged: mappings key by key, at any depth. Lists and other values replace those of the other file. A null takes a "
    "key of it away, which sets the key back to its default.",
    "type": "string",
}


@functools.cache
def config_schema() -> dict[str, Any]:
    """Return the JSON Schema of registry.yaml for editors, with the models' docstrings as descriptions.

    Each scalar can be a text with variables of Flux, too. Helm never sees one, so the chart's schema has no such texts.
    """
    schema = typed_config_schema()
    definitions = {name: with_references(definition) for name, definition in schema["definitions"].items()}
    found: dict[str, Any] = with_references({key: value for key, value in schema.items() if key != "definitions"})
    return {**found, "definitions": {**definitions, REFERENCES: REFERENCES_SCHEMA}}


@functools.cache
def typed_config_schema() -> dict[str, Any]:
    """Return the JSON Schema of registry.yaml without the texts with variables of Flux: the types of all keys."""
    found = json_schema(RegistryDeployment)
    return {**found, "properties": {EXTENDS: _EXTENDS_SCHEMA, **found["properties"]}}


@functools.cache
def values_schema() -> dict[str, Any]:
    """Return the JSON Schema of the values of the chart `docker-registry`: its values.schema.json."""
    return json_schema(RegistryValues)


def json_schema(model: type[Model]) -> dict[str, Any]:
    """Return the JSON Schema of a model and those in it, with their docstrings as descriptions."""
    found = model.model_json_schema(ref_template=f"{_DEFINITIONS}{{model}}", schema_generator=_Generator)
    definitions = found.pop("$defs")
    return {"$schema": _DIALECT, **found, "definitions": definitions}


class _Generator(GenerateJsonSchema):
    """pydantic's generator, with the docstrings of fields for descriptions and without titles that repeat the key."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        model: type[Model] = schema["cls"]
        keys = {name: field.alias or name for name, field in model.model_fields.items()}
        return _describe(super().model_schema(schema), model, keys)

    def dataclass_schema(self, schema: DataclassSchema) -> JsonSchemaValue:
        return _describe(super().dataclass_schema(schema), schema["cls"], {name: name for name in schema["fields"]})

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        """Refuse keys that do not match the pattern of keys, which JSON Schema admits with any value."""
        found = super().dict_schema(schema)
        return {**found, "additionalProperties": False} if "patternProperties" in found else found

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _describe(found: JsonSchemaValue, model: type, keys: Mapping[str, str]) -> JsonSchemaValue:
    found.pop("title", None)
    found["description"] = model_doc(model)
    docs = field_docs(model)
    for name, key in keys.items():
        # First, because that is where a reader looks first.
        found["properties"][key] = {"description": docs.get(name, ""), **found["properties"][key]}
    return found


def format_schema(schema: dict[str, Any]) -> str:
    """Return a schema as the text of a file."""
    return f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n"

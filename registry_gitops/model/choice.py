"""Keys of which exactly one, or at most one, can have a value: the rule of a model, and the same in JSON Schema.

null counts as no value, as it does for the Kubernetes API.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from registry_gitops.model.base import Model
from registry_gitops.model.located_errors import RuleErrors, rule_error


def one_of_schema(*keys: str) -> ConfigDict:
    """Return the configuration of a model that has exactly one of these keys, for its JSON Schema."""
    # Not at the top of the schema, where `oneOf` means a union of models.
    return ConfigDict(json_schema_extra={"allOf": [{"oneOf": [has_value(key) for key in keys]}]})


def at_most_one_schema(first: str, second: str) -> ConfigDict:
    """Return the configuration of a model that does not have both keys, for its JSON Schema."""
    return ConfigDict(json_schema_extra={"not": {"allOf": [has_value(first), has_value(second)]}})


def one_of_errors(model: Model, *keys: str) -> RuleErrors:
    """Yield an error unless exactly one of the keys has a value."""
    if len(_with_value(model, keys)) != 1:
        yield rule_error("exactly_one", f"give exactly one of {', '.join(keys)}")


def at_most_one_errors(model: Model, first: str, second: str) -> RuleErrors:
    """Yield an error, at the second key, if both have a value."""
    if len(_with_value(model, (first, second))) == 2:
        yield rule_error("at_most_one", f"give {first} or {second}, not both", second)


def _with_value(model: Model, keys: tuple[str, ...]) -> list[str]:
    fields = type(model).model_fields.items()
    return [name for name, field in fields if (field.alias or name) in keys and getattr(model, name) is not None]


def has_value(key: str) -> dict[str, Any]:
    """Return the JSON Schema of an object in which the key has a value."""
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}

"""What every section of config.yml is made of: lower-case keys, none of them null, hardly any required."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import ConfigDict, GetJsonSchemaHandler, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from registry_gitops.model import LocatedError, Model, custom_error, error_at

_NULL = "no value (null): write one, {} for an empty section, or leave the key out"


def _key(name: str) -> str:
    return name.replace("_", "")


class Section(Model):
    """A section of distribution's config.yml; `relative_urls` in Python is `relativeurls` in YAML.

    Sections are merged over those of the chart, and environment variables override both. So a key is required only if
    neither can supply it: in the entries of a list, and if the registry cannot read the key from the environment. The
    registry ignores unknown keys; a model refuses them.
    """

    model_config = ConfigDict(alias_generator=_key)

    variable_names: ClassVar[Mapping[str, str]] = {}
    """Keys whose part of an environment variable's name is another word: the registry has the name of a Go field."""

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_null(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        # In Helm, null would remove what the chart makes: a driver, http.addr or uploadpurging.age, and the registry
        # stops. What may go has a value that switches it off, such as false, "" or [].
        nulls = [key for key, value in data.items() if value is None] if isinstance(data, dict) else []
        if not nulls:
            return handler(data)
        errors: list[LocatedError] = [((key,), custom_error("null", _NULL)) for key in nulls]
        try:
            handler({key: value for key, value in data.items() if value is not None})
        except ValidationError as error:
            details: Any = error.errors(include_url=False)
            errors += (
                (detail["loc"], custom_error(detail["type"], detail["msg"]))
                for detail in details
                if detail["loc"][:1] not in {(key,) for key in nulls}
            )
        raise error_at(cls.__name__, errors)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        properties: dict[str, JsonSchemaValue] = handler.resolve_ref_schema(schema).get("properties", {})
        for name, field in properties.items():
            properties[name] = _without_null(field)
        return schema


def _without_null(field: JsonSchemaValue) -> JsonSchemaValue:
    kept = {key: value for key, value in field.items() if key not in {"anyOf", "default"}}
    kinds = [kind for kind in field.get("anyOf", []) if kind != {"type": "null"}]
    return {**kept, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})}

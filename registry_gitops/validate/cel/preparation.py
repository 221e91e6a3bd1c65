"""What the API server does to an object before it evaluates the rules: defaults, and the types of formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from registry_gitops.validate.cel.evaluation_errors import CelError
from registry_gitops.validate.cel.functions import call
from registry_gitops.validate.cel.types import UNKNOWN, to_duration

Schema = Mapping[str, Any]
Prepare = Callable[[Any], Any]


def _decode_base64(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text, validate=True)


_Formats = Mapping[str, Callable[[str], Any]]
_FORMATS: _Formats = {
    "byte": _decode_base64,
    "date": lambda text: call("timestamp", (f"{text}T00:00:00Z",)),
    "date-time": lambda text: call("timestamp", (text,)),
    "duration": to_duration,
}
"""Formats of texts that are no texts in CEL, and their conversion."""


def compile_preparation(schema: Schema) -> Prepare | None:
    """Return a function from a value to one with defaults and converted formats, or None if it would change nothing.

    The function copies what it changes.
    """
    return _compile(schema, _FORMATS)


def compile_defaults(schema: Schema) -> Prepare | None:
    """Return a function from a value to one with the schema's defaults, or None if it has none."""
    return _compile(schema, {})


def _compile(schema: Schema, formats: _Formats) -> Prepare | None:
    convert = formats.get(schema.get("x-kubernetes-format") or schema.get("format") or "")
    if convert:
        return _conversion(convert)
    if isinstance(schema.get("items"), dict):
        item = _compile(schema["items"], formats)
        return _of_list(item) if item else None
    if isinstance(schema.get("additionalProperties"), dict):
        value = _compile(schema["additionalProperties"], formats)
        return _of_map(value) if value else None
    properties = schema.get("properties")
    return _of_object(properties, formats) if isinstance(properties, dict) else None


def _conversion(convert: Callable[[str], Any]) -> Prepare:
    def convert_text(value: Any) -> Any:
        try:
            return convert(value) if isinstance(value, str) else value
        except (CelError, ValueError):
            # A value that comes later, or a form that only the API server knows.
            return UNKNOWN

    return convert_text


def _of_list(item: Prepare) -> Prepare:
    return lambda value: [item(each) for each in value] if isinstance(value, list) else value


def _of_map(item: Prepare) -> Prepare:
    return lambda value: {key: item(each) for key, each in value.items()} if isinstance(value, dict) else value


def _of_object(properties: Schema, formats: _Formats) -> Prepare | None:
    defaults = {name: schema["default"] for name, schema in properties.items() if "default" in schema}
    nested = {name: preparation for name, schema in properties.items() if (preparation := _compile(schema, formats))}
    if not defaults and not nested:
        return None
    names = list(nested.items())

    def prepare(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        prepared = {**defaults, **value} if defaults else dict(value)
        for name in defaults:
            if prepared[name] is None:
                prepared[name] = defaults[name]
        for name, prepare_value in names:
            if name in prepared:
                prepared[name] = prepare_value(prepared[name])
        return prepared

    return prepare

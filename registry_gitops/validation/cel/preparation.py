"""What the API server does to an object before it evaluates the rules: defaults, and the types of formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from registry_gitops.validation.cel.evaluation_errors import CelError
from registry_gitops.validation.cel.functions import call
from registry_gitops.validation.cel.types import UNKNOWN, to_duration

Schema = Mapping[str, Any]
Prepare = Callable[[Any], Any]
_IsRead = Callable[[str, Schema], bool]


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


def compile_preparation(schema: Schema, names: AbstractSet[str]) -> Prepare | None:
    """Return a function from a value to one with defaults and converted formats, or None if it would change nothing.

    The function copies what it changes. It leaves out what no rule can read: fields that are none of `names`, if no
    rule is below them.
    """
    with_rules: set[int] = set()
    _find_rules(schema, with_rules)
    return _compile(schema, _FORMATS, lambda name, field: name in names or id(field) in with_rules)


def compile_defaults(schema: Schema) -> Prepare | None:
    """Return a function from a value to one with the schema's defaults, or None if it has none."""
    return _compile(schema, {}, lambda name, field: True)


def _find_rules(schema: Any, found: set[int]) -> bool:
    """Collect the ids of the parts of a schema that have rules in them; return whether the whole has."""
    if isinstance(schema, list):
        return any([_find_rules(child, found) for child in schema])  # noqa: C419 - all of them are searched
    if not isinstance(schema, dict):
        return False
    has_rules = any([_find_rules(child, found) for child in schema.values()])  # noqa: C419
    if has_rules or "x-kubernetes-validations" in schema:
        found.add(id(schema))
        return True
    return False


def _compile(schema: Schema, formats: _Formats, is_read: _IsRead) -> Prepare | None:
    convert = formats.get(schema.get("x-kubernetes-format") or schema.get("format") or "")
    if convert:
        return _conversion(convert)
    if isinstance(schema.get("items"), dict):
        item = _compile(schema["items"], formats, is_read)
        return _of_list(item) if item else None
    if isinstance(schema.get("additionalProperties"), dict):
        value = _compile(schema["additionalProperties"], formats, is_read)
        return _of_map(value) if value else None
    fields = schema.get("properties")
    if not isinstance(fields, dict):
        return None
    read = {name: field for name, field in fields.items() if is_read(name, field)}
    nested = {name: prepare for name, field in read.items() if (prepare := _compile(field, formats, is_read))}
    return _of_object({name: field["default"] for name, field in read.items() if "default" in field}, nested)


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


def _of_object(defaults: Mapping[str, Any], nested: Mapping[str, Prepare]) -> Prepare | None:
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

"""Validate a deployment again, as it is or with changes merged over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from registry_gitops.deployment.problems import unknown_attributes, unwritable_values, wrong_models
from registry_gitops.model import Model, custom_error, error_at, stored_fields, to_plain

Deployment = TypeVar("Deployment", bound=Model)

_UNSET: Final = object()
"""The value, in merged data, of a key that is set back to its default."""


def merge_changes(deployment: Model, source: Model, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain data of `deployment` with `changes` over it, whose models are left as they are.

    `source` is the deployment's source, set or not: a change without a type is merged over it, one of another type
    over nothing. Raises ValidationError for data that holds itself.
    """
    change = changes.get("source")
    try:
        stored = to_plain(deployment, stored_fields)
        if isinstance(change, Mapping):
            own = to_plain(source, stored_fields)
            is_same = isinstance(own, dict) and change.get("type", own.get("type")) == own.get("type")
            stored["source"] = own if is_same else {}
        if isinstance(changes.get("namespace"), Mapping) and isinstance(stored.get("namespace"), str):
            stored["namespace"] = {"name": stored["namespace"]}
        return _merge(stored, changes)
    except RecursionError:
        raise _too_deep() from None


def validate_stored(cls: type[Deployment], stored: Deployment | Mapping[str, Any]) -> Deployment:
    """Return a deployment, validated from all that is stored in a deployment or in merged data, models included.

    Raises ValidationError.
    """
    try:
        plain = to_plain(stored, stored_fields)
        _raise(cls, [*unknown_attributes(stored), *unwritable_values(plain)])
    except RecursionError:
        raise _too_deep() from None
    if _has_unset(plain):
        _raise(cls, _unknown_keys(cls, plain))
    made = cls.model_validate(_without_unset(plain), by_alias=True, by_name=False)
    _raise(cls, list(wrong_models(stored, made)))
    return made


def _merge(base: object, changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base) if isinstance(base, dict) else {}
    for key, change in changes.items():
        if change is None:
            merged[key] = _UNSET
        else:
            merged[key] = _merge(merged.get(key), change) if isinstance(change, Mapping) else change
    return merged


def _has_unset(value: object) -> bool:
    return value is _UNSET or (isinstance(value, dict) and any(map(_has_unset, value.values())))


def _without_unset(value: Any) -> Any:
    """Return `value` without the keys that are unset, and without the mappings that this leaves empty."""
    if not isinstance(value, dict):
        return value
    kept = {key: _without_unset(item) for key, item in value.items() if item is not _UNSET}
    return {key: item for key, item in kept.items() if item != {} or not value[key]}


def _unknown_keys(cls: type[Model], merged: dict[str, Any]) -> list[Any]:
    """Return an error for each unknown key, also of those that are unset, which nothing else validates."""
    try:
        cls.model_validate(merged, by_alias=True, by_name=False)
    except ValidationError as error:
        unknown = [detail for detail in error.errors() if detail["type"] == "unknown_key"]
        return [(detail["loc"], custom_error("unknown_key", detail["msg"])) for detail in unknown]
    return []


def _raise(cls: type[Model], errors: list[Any]) -> None:
    if errors:
        raise error_at(cls.__name__, errors)


def _too_deep() -> ValidationError:
    return error_at("RegistryDeployment", [((), custom_error("too_deep", "holds itself, or is nested too deeply"))])

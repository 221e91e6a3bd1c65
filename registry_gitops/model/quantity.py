"""The types of fields that hold a quantity (10Gi, 500m) or a duration (1h30m), as the text that people write."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from registry_gitops.amounts import DURATION_PATTERN, QUANTITY_PATTERN, parse_duration, parse_quantity
from registry_gitops.model.base import custom_error


def _number_as_text(value: object) -> object:
    # `cpu: 1` is right in Kubernetes, where a quantity may be a JSON number.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _check_quantity(value: str) -> str:
    try:
        parse_quantity(value)
    except ValueError as error:
        raise custom_error("quantity", str(error)) from None
    return value


def _check_duration(value: str) -> str:
    try:
        parse_duration(value)
    except ValueError as error:
        raise custom_error("duration", str(error)) from None
    return value


QuantityText = Annotated[
    str,
    BeforeValidator(_number_as_text),
    AfterValidator(_check_quantity),
    WithJsonSchema({"type": ["string", "number"], "pattern": QUANTITY_PATTERN, "examples": ["10Gi"]}),
]
DurationText = Annotated[
    str,
    AfterValidator(_check_duration),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN, "examples": ["10m"]}),
]

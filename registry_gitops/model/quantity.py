"""The types of fields that hold a quantity (10Gi, 500m) or a duration (1h30m), as the text that people write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, LiteralString

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from registry_gitops.amounts import DURATION_PATTERN, QUANTITY_PATTERN, parse_duration, parse_quantity
from registry_gitops.model.located_errors import custom_error


def _number_as_text(value: object) -> object:
    # `cpu: 1` is right in Kubernetes, where a quantity may be a JSON number.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _parsed_by(parse: Callable[[str], object], code: LiteralString) -> AfterValidator:
    """Return a validator for text that `parse` accepts."""

    def check(value: str) -> str:
        try:
            parse(value)
        except ValueError as error:
            raise custom_error(code, str(error)) from None
        return value

    return AfterValidator(check)


QuantityText = Annotated[
    str,
    BeforeValidator(_number_as_text),
    _parsed_by(parse_quantity, "quantity"),
    WithJsonSchema({"type": ["string", "number"], "pattern": QUANTITY_PATTERN, "examples": ["10Gi"]}),
]
DurationText = Annotated[
    str,
    _parsed_by(parse_duration, "duration"),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN, "examples": ["10m"]}),
]

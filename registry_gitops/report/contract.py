"""The base of every JSON contract: how it is read, and what is left out when it is written."""

from __future__ import annotations

import json
from typing import Any, Self

from pydantic import ConfigDict, ModelWrapValidatorHandler, field_validator, model_validator

from registry_gitops.masking import mask
from registry_gitops.model import Model


class ContractModel(Model):
    """A part of a JSON contract.

    As JSON has no times and no tuples, they are read from texts and lists. Keys of a later version are ignored. Texts
    hold no credentials.
    """

    model_config = ConfigDict(strict=False, extra="ignore")

    @model_validator(mode="wrap")
    @classmethod
    def _resolve_references(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Keep `${...}` in texts: they quote others, and are no settings."""
        return handler(data)

    @field_validator("*")
    @classmethod
    def _mask(cls, value: object) -> object:
        if type(value) is tuple:
            return tuple(map(cls._mask, value))
        return mask(value) if type(value) is str else value

    def to_json(self, indent: int | None = 2) -> str:
        """Return one JSON object. Keys whose value is null or an empty text are left out; lists are always there."""
        return json.dumps(_without_absent(self.model_dump(mode="json")), indent=indent, ensure_ascii=False)


def _without_absent(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_absent(item) for key, item in value.items() if item is not None and item != ""}
    if isinstance(value, list):
        return [_without_absent(item) for item in value]
    if isinstance(value, str):  # The path of a file can be any bytes, and JSON is UTF-8.
        return value.encode("utf-8", "backslashreplace").decode()
    return value

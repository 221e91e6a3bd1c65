"""Values of an object as the API server will see them: without nulls, and with the defaults of Flux's variables."""

from __future__ import annotations

import re
from typing import Any, Final

from registry_gitops.documents import Path

_DEFAULT: Final = r"\$\{\s*\w+\s*:[=-](?P<default>[^${}]*)\}"
_INTEGER: Final = r"-?(0|[1-9][0-9]*)"
_NUMBER: Final = r"-?(0|[1-9][0-9]*)\.[0-9]+"


def without_nulls(value: Any) -> Any:
    """Return a copy of a value without the fields that are null. Items of lists keep their index."""
    if isinstance(value, dict):
        return {str(key): without_nulls(child) for key, child in value.items() if child is not None}
    if isinstance(value, list):
        return [without_nulls(child) for child in value]
    return str(value) if isinstance(value, str) else value


def default_of(text: str) -> str | int | float | bool | None:
    """Return the default of a text that is one variable, as YAML reads it; None for any other text.

    kustomize writes a variable without quotes, so that 5 of ${REPLICAS:=5} is an integer.
    """
    variable = re.fullmatch(_DEFAULT, text)
    if not variable:
        return None
    default = variable["default"]
    if default in ("true", "false"):
        return default == "true"
    if re.fullmatch(_INTEGER, default):
        return int(default)
    return float(default) if re.fullmatch(_NUMBER, default) else default or None


def replace(value: Any, path: Path, new: Any) -> None:
    """Put a new value at a path that exists."""
    *above, last = path
    for step in above:
        value = value[step]
    value[last] = new

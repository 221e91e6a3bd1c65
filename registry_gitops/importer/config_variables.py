"""The variables REGISTRY_* of registry v2 and v3: the key of config.yml that each overrides, and its value."""

from __future__ import annotations

from typing import Any, Final

from pydantic_core import PydanticCustomError

from registry_gitops.codec import GoYAMLError, compose_yaml
from registry_gitops.documents import Path
from registry_gitops.values import find_config_key

VARIABLES: Final = "values.extraEnvVars"
"""Where the config file has the variables that are no key of config.yml."""

_PREFIX: Final = "REGISTRY_"
_NOT_READ: Final = ("REGISTRY_CONFIGURATION_PATH",)
"""Variables of the image, which are no key of config.yml."""


def config_path_of(variable: str) -> Path | None:
    """Return the key of config.yml that a variable overrides, or None if it is no such variable.

    A name that registry v3 does not know, such as REGISTRY_REDIS_ADDR of v2, is split as the registry does.
    """
    if not variable.startswith(_PREFIX) or variable in _NOT_READ:
        return None
    try:
        return find_config_key(variable).path
    except PydanticCustomError:
        return tuple(variable.removeprefix(_PREFIX).lower().split("_"))


def read_variable(path: Path, text: str) -> Any:
    """Return the value of a variable for a key, which the registry reads as YAML; the text itself if it is none."""
    try:
        root, _ = compose_yaml(text)
    except GoYAMLError:
        return text
    value = root.value if root else None
    return {value: {}} if path in (("storage",), ("auth",)) and isinstance(value, str) else value

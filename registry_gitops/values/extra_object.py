"""An object of the release that the chart does not know: a manifest of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, WithJsonSchema

from registry_gitops.model import MapOf, OpenValue, custom_error

_NOT_EMPTY: Final = {"type": "string", "minLength": 1}
_SCHEMA: Final = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata"],
    "properties": {
        "apiVersion": _NOT_EMPTY,
        "kind": _NOT_EMPTY,
        "metadata": {"type": "object", "required": ["name"], "properties": {"name": _NOT_EMPTY}},
    },
}


def _manifest(value: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    for key, text in (("apiVersion", value.get("apiVersion")), ("kind", value.get("kind")), ("metadata.name", name)):
        if not (isinstance(text, str) and text):
            raise custom_error("manifest", f"this is no manifest: write its {key}, as text")
    return value


ExtraObject = Annotated[MapOf[str, OpenValue], AfterValidator(_manifest), WithJsonSchema(_SCHEMA)]
"""A manifest: a mapping with apiVersion, kind, and metadata.name."""

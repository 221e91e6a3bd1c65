"""CustomResourceDefinitions to JSON schemas, as strict as `kubectl apply --validate=strict`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]

OBJECT_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
"""Name of the definition of `metadata`, which no CustomResourceDefinition has."""

_WITHOUT_MEANING: Final = ("description", "example", "externalDocs", "title", "nullable")
_FORMATS: Final = ("date", "date-time")
"""The formats that mean the same in JSON Schema as in the API server."""
_TYPES_OF_CEL: Final = ("byte", "duration")
"""The other formats of texts that are of another type in rules in CEL."""


def custom_resource_schemas(definition: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Yield apiVersion, kind, and schema of each served version that a CustomResourceDefinition has a schema for."""
    spec = definition["spec"]
    kind = spec["names"]["kind"]
    for version in spec["versions"]:
        schema = version.get("schema", {}).get("openAPIV3Schema")
        if version.get("served") and schema:
            api_version = f"{spec['group']}/{version['name']}"
            yield api_version, kind, _object_schema(schema, api_version, kind)


def _object_schema(schema: Schema, api_version: str, kind: str) -> Schema:
    strict = _strict(schema)
    strict["type"] = "object"
    strict["properties"] = {
        **strict.get("properties", {}),
        "apiVersion": {"type": "string", "enum": [api_version]},
        "kind": {"type": "string", "enum": [kind]},
        "metadata": {"$ref": f"#/definitions/{OBJECT_META}"},
        # Only a controller writes it, and the API server drops what a manifest has there.
        "status": {"type": "object"},
    }
    strict["required"] = sorted({*strict.get("required", ()), "apiVersion", "kind", "metadata"} - {"status"})
    if "x-kubernetes-preserve-unknown-fields" not in strict:
        strict["additionalProperties"] = False
    return strict


def _strict(node: Schema) -> Schema:
    """Return a structural schema as JSON Schema, closed where the API server drops unknown fields.

    allOf, anyOf, oneOf, and not stay as they are: they narrow what the node around them describes, and closed, each
    would refuse the fields of the others.
    """
    result = {key: value for key, value in node.items() if key not in _WITHOUT_MEANING}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            result[key] = _strict(node[key])
    if "properties" in node:
        result["properties"] = {name: _strict(child) for name, child in node["properties"].items()}
        if not node.get("x-kubernetes-preserve-unknown-fields"):
            result.setdefault("additionalProperties", False)
    if node.get("x-kubernetes-embedded-resource"):
        result["properties"] = {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"$ref": f"#/definitions/{OBJECT_META}"},
            **result.get("properties", {}),
        }
    _translate_type(node, result)
    _allow_null(node, result)
    return result


def ignore_case_in_group(pattern: str) -> str:
    """Return a regular expression of Go with each `(?i)` as a group to the end of the one around it: `(?i:...)`.

    JSON Schema knows no flag without a group.
    """
    before, flag, after = pattern.partition("(?i)")
    if not flag:
        return pattern
    depth = 0
    for end, part in _parts(after):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth < 0:
            return f"{before}(?i:{after[:end]}){ignore_case_in_group(after[end:])}"
    return f"{before}(?i:{after})"


def _parts(pattern: str) -> Iterator[tuple[int, str]]:
    """Yield the index and the text of each part of a regular expression: an escape, a class, or a character."""
    return ((part.start(), part[0]) for part in re.finditer(r"\\.|\[(?:\\.|[^\]\\])*\]|.", pattern))


def _translate_type(node: Schema, result: Schema) -> None:
    form = node.get("format")
    if "pattern" in node:
        result["pattern"] = ignore_case_in_group(node["pattern"])
    if form and form not in _FORMATS:
        del result["format"]
    if form in _TYPES_OF_CEL:
        result["x-kubernetes-format"] = form
    if form in ("int32", "int64"):
        limit = 2 ** (int(form[3:]) - 1)
        result["minimum"] = max(node.get("minimum", -limit), -limit)
        result["maximum"] = min(node.get("maximum", limit - 1), limit - 1)
    if node.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
        result.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    for bound in ("Minimum", "Maximum"):
        # A boolean in OpenAPI 3.0, a number in JSON Schema.
        if result.pop(f"exclusive{bound}", False):
            result[f"exclusive{bound}"] = result.pop(bound.lower())


def without_patterns(node: Any) -> Any:
    """Return a schema without its patterns."""
    if isinstance(node, list):
        return [without_patterns(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_patterns(child) for key, child in node.items() if key != "pattern" or not isinstance(child, str)
    }


def _allow_null(node: Schema, result: Schema) -> None:
    """Let nullable fields be null, and be left out too: the values are checked without their nulls."""
    if node.get("nullable") and "type" in result:
        result["type"] = [result["type"], "null"]
    nullable = {name for name, child in node.get("properties", {}).items() if child.get("nullable")}
    if nullable and "required" in node:
        result["required"] = [name for name in node["required"] if name not in nullable]

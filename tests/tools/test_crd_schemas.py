"""Definitions become schemas of what a person writes, and nothing in them is overlooked."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tools.crd_schemas import schemas

OBJECT = {
    "type": "object",
    "properties": {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "required": ["items"],
            "properties": {
                "items": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "values": {"x-kubernetes-preserve-unknown-fields": True, "description": "Anything."},
            },
        },
        "status": {"type": "object"},
    },
}


def made(node: dict[str, Any], **version: Any) -> dict[str, dict[str, Any]]:
    """The schemas of a definition whose one version is served with this schema."""
    served = {"name": "v2", "served": True, "schema": {"openAPIV3Schema": node}, **version}
    return dict(schemas({"spec": {"group": "example.org", "names": {"kind": "Thing"}, "versions": [served]}}))


def test_an_object_is_closed_wherever_its_fields_are_named() -> None:
    (schema,) = made(OBJECT).values()
    spec = schema["properties"]["spec"]
    assert spec["additionalProperties"] is False
    assert spec["properties"]["items"]["items"]["additionalProperties"] is False
    assert spec["properties"]["labels"]["additionalProperties"] == {"type": "string"}
    assert spec["properties"]["values"] == {}


def test_metadata_is_needed_and_status_unknown() -> None:
    (schema,) = made(OBJECT).values()
    assert schema["required"] == ["apiVersion", "kind", "metadata"]
    assert "status" not in schema["properties"]


def test_a_schema_is_where_kubeconform_looks_for_it() -> None:
    assert list(made(OBJECT)) == ["example.org/thing_v2.json"]


def test_a_version_that_is_not_served_has_none() -> None:
    assert made(OBJECT, served=False) == {}


def test_schema_accepts_both_types_of_an_int_or_string() -> None:
    node = copy.deepcopy(OBJECT)
    port = {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True}
    node["properties"]["spec"]["properties"]["port"] = port  # type: ignore[index]
    (schema,) = made(node).values()
    assert schema["properties"]["spec"]["properties"]["port"] == {"anyOf": port["anyOf"]}


def test_words_within_the_status_do_not_matter() -> None:
    node = copy.deepcopy(OBJECT)
    node["properties"]["status"]["nullable"] = True  # type: ignore[index]
    assert len(made(node)) == 1


@pytest.mark.parametrize("word", ["nullable", "x-kubernetes-int-or-string", "x-kubernetes-new"])
def test_a_word_that_we_do_not_translate_is_no_silent_loss(word: str) -> None:
    node = copy.deepcopy(OBJECT)
    node["properties"]["spec"]["properties"]["labels"][word] = True  # type: ignore[index]
    with pytest.raises(ValueError, match=word):
        made(node)

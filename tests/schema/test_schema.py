"""What is made out of the models agrees with the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.schema import config_schema, explain_key, values_reference, values_schema, values_yaml
from registry_gitops.schema.explanation import explain_tree
from registry_gitops.values import RegistryValues


def test_values_yaml_holds_every_default_of_the_models_and_no_other() -> None:
    defaults = RegistryValues().model_dump(exclude_none=True)
    assert yaml.safe_load(values_yaml()) == {**defaults, "configuration": {}}


def test_values_yaml_is_valid_by_its_own_schema() -> None:
    assert jsonschema_rs.is_valid(values_schema(), yaml.safe_load(values_yaml()))


@pytest.mark.parametrize(
    "values",
    [
        {"replicaCout": 1},
        {"persistence": {"size": "10Gb"}},
        {"service": {"ports": {"http": 99999}}},
        {"image": {"tag": 3}},
        {"configuration": {"http": {"relativeURLs": True}}},
    ],
)
def test_the_schema_refuses_what_the_models_refuse(values: dict[str, Any]) -> None:
    assert not jsonschema_rs.is_valid(values_schema(), values)


def test_the_schema_of_a_description_takes_an_empty_one_and_each_source() -> None:
    validator = jsonschema_rs.validator_for(config_schema())
    assert validator.is_valid({})
    assert validator.is_valid({"source": {"type": "git", "path": "apps/registry"}})
    assert validator.is_valid({"source": {"type": "oci", "url": "oci://ghcr.io/a/b"}})
    assert not validator.is_valid({"source": {"type": "git", "url": "x"}})


def descriptions(schema: Any, path: str = "") -> Iterator[tuple[str, str]]:
    for name, definition in {"": schema, **schema["definitions"]}.items():
        for key, value in definition.get("properties", {}).items():
            yield f"{name}.{key}", value.get("description", "")


def test_every_key_of_every_model_is_described() -> None:
    missing = [path for path, description in descriptions(config_schema()) if not description.endswith((".", ")", "`"))]
    assert [path for path in missing if not dict(descriptions(config_schema()))[path]] == []


def test_explain_says_type_default_and_meaning() -> None:
    size = explain_key("values.persistence.size")
    assert (size.key, size.type, size.default) == ("size", "string | number", "10Gi")
    assert size.description.startswith("Size of the claim, in bytes with a unit.")
    assert [field.key for field in explain_key("values.persistence").fields][:2] == ["enabled", "size"]
    assert [field.path for field in explain_key().fields][:2] == ["extends", "name"]


def test_explain_shows_the_keys_of_every_kind_of_source() -> None:
    fields = {field.key: field.type for field in explain_key("source").fields}
    assert fields["type"] == "git | helm | oci"
    assert {"path", "chart", "ref"} <= fields.keys()


def test_explain_goes_into_lists_and_maps() -> None:
    assert explain_key("values.extraEnvVars").type == "[]object"
    assert explain_key("values.extraEnvVars.valueFrom.secretKeyRef.key").type == "string"
    assert explain_key("values.commonLabels").type == "map[string]string"


def test_explain_names_the_nearest_key() -> None:
    with pytest.raises(InputError, match='values: unknown key "persistance": did you mean "persistence"'):
        explain_key("values.persistance")


def test_the_reference_has_a_row_for_every_value() -> None:
    page = values_reference()
    missing = [
        each.path
        for each in explain_tree("values")
        if not explain_key(each.path).fields and f"| `{each.path.removeprefix('values.')}` |" not in page
    ]
    assert missing == []


def test_a_description_without_anything_is_valid() -> None:
    assert RegistryDeployment.model_validate({}) == RegistryDeployment()

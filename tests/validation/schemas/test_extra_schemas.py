"""Schemas that a run brings along: definitions in the repository, and those of --schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry_gitops.errors import InputError
from registry_gitops.validation import ValidationOptions, examine

DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: caches.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Cache, plural: caches}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            apiVersion: {type: string}
            kind: {type: string}
            metadata: {type: object}
            spec:
              type: object
              required: [size]
              properties:
                size: {type: integer, format: int32, minimum: 1, exclusiveMinimum: true}
                port: {x-kubernetes-int-or-string: true}
                mode: {type: string, pattern: '^(?i)(fast|safe)$'}
                owner: {type: string, nullable: true}
                settings: {type: object, x-kubernetes-preserve-unknown-fields: true}
                pod: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
            status:
              type: object
"""
GOOD = """\
apiVersion: example.com/v1
kind: Cache
metadata: {name: images}
spec: {size: 2, port: http, mode: FAST, owner: null, settings: {any: 1}, pod: {metadata: {labels: {a: b}}, spec: {}}}
status: {}
"""
BAD = """\
apiVersion: example.com/v1
kind: Cache
metadata: {name: images, labels: {a: 1}}
spec: {size: 1, port: [80], mode: slow, sise: 3}
"""
SCHEMA = {
    "$schema": "http://json-schema.org/schema#",
    "type": "object",
    "properties": {"spec": {"type": ["object", "null"], "additionalProperties": False, "properties": {"size": {}}}},
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with one object that satisfies the definition, and one that does not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository/good.yaml").write_text(GOOD)
    (tmp_path / "repository/bad.yaml").write_text(BAD)
    return tmp_path / "repository"


def found(*schemas: str) -> list[str]:
    """Return file, rule, and key of what is found in the repository."""
    examination = examine(["repository"], ValidationOptions(schemas=schemas))
    return sorted(f"{each.location.file} {each.id} {each.location.key}" for each in examination.findings)


EXPECTED = [
    "repository/bad.yaml invalid-value spec.mode",
    "repository/bad.yaml invalid-value spec.size",
    "repository/bad.yaml unknown-field spec.sise",
    "repository/bad.yaml wrong-type metadata.labels.a",
    "repository/bad.yaml wrong-type spec.port",
]


def test_kind_without_schema_is_counted_and_nothing_more() -> None:
    examination = examine(["repository"])
    assert examination.unknown_kinds == {"Cache.example.com": 2}
    assert examination.findings == ()


def test_definition_in_the_repository_is_used(repository: Path) -> None:
    (repository / "definition.yaml").write_text(f"{DEFINITION}---\napiVersion: v1\nkind: List\nitems: []\n")
    assert found() == EXPECTED
    assert examine(["repository"]).unknown_kinds == {}


@pytest.mark.parametrize("named", ["crds", "crds/all.yaml"])
def test_definitions_of_the_user_are_used(tmp_path: Path, named: str) -> None:
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds/all.yaml").write_text(f"{DEFINITION}---\nnot: a definition\n")
    assert found(named) == EXPECTED


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("catalog/example.com/cache_v1.json", "catalog"),
        ("catalog/example.com/cache_v1.json", "catalog/example.com"),
        ("catalog/cache-example-v1.json", "catalog"),
        ("catalog/cache-example-v1.json", "catalog/cache-example-v1.json"),
    ],
)
def test_json_schemas_in_the_layout_of_kubeconform_are_used(tmp_path: Path, file: str, named: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(json.dumps(SCHEMA))
    bad = [f"repository/bad.yaml unknown-field spec.{key}" for key in ("mode", "port", "sise")]
    good = [f"repository/good.yaml unknown-field spec.{key}" for key in ("mode", "pod", "port", "settings")]
    assert found(named) == [*bad, *good]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("empty.yaml", "a: 1\n", "no CustomResourceDefinition and no JSON Schema is in it"),
        ("cache_v1.json", "{", "cannot read the JSON Schema"),
        ("cache_v1.json", "[]", "not a JSON Schema"),
        ("cache_v1.json", '{"type": "text"}', "the JSON Schema cannot be used"),
        ("cache_v1.json", '{"$ref": "file:///etc/passwd"}', "the JSON Schema cannot be used"),
        ("cache_v1.json", '{"$ref": "https://example.com/cache.json"}', "the JSON Schema cannot be used"),
    ],
)
def test_schema_that_cannot_be_used_is_refused(tmp_path: Path, file: str, text: str, message: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(InputError, match=f"{file}: {message}"):
        found(file)


def test_schema_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="nowhere: no such file or directory"):
        found("nowhere")


def test_broken_definition_of_the_repository_is_left_out(repository: Path) -> None:
    (repository / "definition.yaml").write_text(DEFINITION.replace("  names: {kind: Cache, plural: caches}\n", ""))
    assert found() == ["repository/definition.yaml missing-field spec"]

"""kubeconform -strict, with the same schemas, accepts and refuses the same objects."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from registry_gitops.documents import find_files, read_file
from registry_gitops.repository import FluxRepository
from registry_gitops.validation import KUBERNETES_VERSIONS
from registry_gitops.validation.schemas import SchemaStore
from tests.support.tools import ROOT, kubeconform_report
from tests.validation.schemas.samples import Samples, carried_kinds

DIFFERENCES = {
    "null": "a field that is null is not there: the API server drops it, or sets its default",
    "variable": "Flux sets another value, before the object gets to the API server",
    "encrypted": "Flux decrypts the value, before the object gets to the API server",
    "sops": "Flux removes the key `sops`, before the object gets to the API server",
}
"""What an object has that only kubeconform refuses -> why it is right."""

SCHEMA_RULES = {"unknown-field", "wrong-type", "missing-field", "invalid-value"}
FILES = ("examples", "tests/render", "tests/rules/examples", "tests/cli")


@pytest.fixture(scope="module")
def store() -> SchemaStore:
    return SchemaStore(KUBERNETES_VERSIONS[-1])


def is_refused(store: SchemaStore, value: dict[str, Any]) -> bool:
    schema = store.find(value["apiVersion"], value["kind"])
    assert schema is not None
    return any(rule_id in SCHEMA_RULES for rule_id, _ in schema.check(value))


def peculiarity(text: str) -> str:
    """Return the mutation that an object of a file has by itself."""
    parts = {": null": "null", "${": "variable", "ENC[": "encrypted"}
    return next((name for part, name in parts.items() if part in text), "none")


def objects_of_files(store: SchemaStore) -> Iterator[tuple[str, dict[str, Any]]]:
    documents = [each for file in find_files(str(ROOT / name) for name in FILES) for each in read_file(file).documents]
    for manifest in FluxRepository(documents).manifests:
        if store.find(manifest.api_version, manifest.kind):
            yield peculiarity(json.dumps(manifest.value)), manifest.value


def objects_of_schemas(store: SchemaStore) -> Iterator[tuple[str, dict[str, Any]]]:
    for api_version, kind in carried_kinds():
        if not api_version.startswith("kustomize.config.k8s.io"):  # kubeconform looks at no files of kustomize
            yield from Samples(store, api_version, kind).mutations(count=1)


def write_schemas(store: SchemaStore, folder: Path) -> str:
    """Write all schemas as kubeconform finds them, and return its location of them."""
    for api_version, kind in carried_kinds():
        schema = store.find(api_version, kind)
        assert schema is not None
        group, _, version = api_version.partition("/")
        file = folder / group / f"{kind.lower()}_{version or group}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(schema.schema))
    return f"{folder}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"


@pytest.mark.tools
@pytest.mark.exhaustive
def test_kubeconform_has_the_same_verdict(store: SchemaStore, tmp_path: Path) -> None:
    objects = [*objects_of_files(store), *objects_of_schemas(store)]
    for number, (_, value) in enumerate(objects):
        (tmp_path / f"{number}.json").write_text(json.dumps(value))
    location = write_schemas(store, tmp_path / "schemas")
    found = kubeconform_report(sorted(tmp_path.glob("*.json")), [location])
    refused = {int(Path(each["filename"]).stem): each["msg"] for each in found if each["status"] != "statusValid"}
    assert len(found) == len(objects)

    verdicts: Counter[tuple[str, bool, bool]] = Counter()
    unexplained = []
    for number, (mutation, value) in enumerate(objects):
        verdict = is_refused(store, value), number in refused
        verdicts[mutation, *verdict] += 1
        if verdict[0] != verdict[1] and (mutation not in DIFFERENCES or verdict[0]):
            unexplained.append((mutation, verdict, refused.get(number), value))
    assert unexplained == []
    for mutation in DIFFERENCES:
        assert verdicts[mutation, False, True], f"kubeconform does not refuse: {mutation}"
    same = Counter(ours for (_, ours, theirs), count in verdicts.items() if ours == theirs for _ in range(count))
    assert same[True] > 1000
    assert same[False] > 800


@pytest.mark.exhaustive
@pytest.mark.parametrize(("api_version", "kind"), carried_kinds())
def test_the_reference_of_json_schema_has_the_same_verdict(store: SchemaStore, api_version: str, kind: str) -> None:
    schema = store.find(api_version, kind)
    assert schema is not None
    reference = jsonschema.Draft7Validator(schema.schema)
    for _, value in Samples(store, api_version, kind).mutations(count=1):
        assert reference.is_valid(value) == jsonschema_rs.is_valid(schema.schema, value, validate_formats=False), (
            json.dumps(value)
        )

"""`validate` refuses what a real API server refuses in a dry run, and nothing else: rules in CEL included.

`tests/validation/objects` are right objects of many kinds: each is tried as it is, and with one change at each of its
fields. The examples and what the chart renders are tried as they are.

`refused_by_server_only/` has what the API server refuses by code of its own and no rule of ours finds, each with
the server's reason; `pytest --update-goldens` rewrites it. What we refuse and the server accepts is listed below.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from registry_gitops.rules.manifests.admission_rules import ADMISSION_RULES
from registry_gitops.rules.manifests.schema_rules import SCHEMA_RULES
from registry_gitops.validation import ValidationOptions, examine
from tests.support.api_server import ApiServer
from tests.support.mutations import mutations
from tests.support.tools import ROOT, built

REASONS: Final = Path(__file__).parent / "refused_by_server_only"
OBJECTS: Final = sorted((ROOT / "tests" / "validation" / "objects").glob("*.yaml"))
RENDERED: Final = sorted(
    (*ROOT.glob("examples/**/rendered/*.yaml"), *ROOT.glob("tests/chart/scenarios/*/expected.yaml"))
)

REFUSED_BY_US_ONLY: Final = {
    f"LimitRange/limits {change}": "Go reads a missing list as an empty one, though the schema requires it"
    for change in (".spec empty", ".spec.limits null", ".spec.limits removed")
}
"""Change -> why it is right to report what the API server accepts."""

RULES: Final = ValidationOptions(only=frozenset(rule.id for rule in (*SCHEMA_RULES, *ADMISSION_RULES)))
"""What the API server refuses: references and the traps of controllers are no concern of its."""


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer([built("cluster/validation-crds")]) as one:
        yield one


def test_right_objects_are_accepted(server: ApiServer, tmp_path: Path) -> None:
    objects = [each for file in (*OBJECTS, *RENDERED) for each in objects_of(file)]
    assert len(objects) > 150
    refused = [(name_of(each), server.refusal(each), findings(each, tmp_path)) for each in objects]
    assert [each for each in refused if each[1] or each[2]] == []


@pytest.mark.parametrize("file", OBJECTS, ids=lambda file: file.stem)
def test_changed_objects_have_the_verdict_of_the_server(
    file: Path, server: ApiServer, tmp_path: Path, update_goldens: bool
) -> None:
    server_only, ours_only, count = [], [], 0
    for manifest in objects_of(file):
        for change, changed in mutations(manifest):
            case, count = f"{name_of(manifest)} {change}", count + 1
            refusal, found = server.refusal(changed), findings(changed, tmp_path)
            if refusal and not found:
                server_only.append(f"{case}: {' '.join(refusal.split())[:200]}")
            elif found and not refusal and case not in REFUSED_BY_US_ONLY:
                ours_only.append((case, found))
    assert count > 300
    assert ours_only == []
    golden = REASONS / f"{file.stem}.txt"
    text = "".join(f"{line}\n" for line in sorted(server_only))
    if update_goldens:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def objects_of(file: Path) -> Iterator[Any]:
    for document in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader):
        if isinstance(document, dict) and not document["apiVersion"].startswith("kustomize.config.k8s.io/"):
            yield document


def name_of(manifest: Any) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def findings(manifest: Any, folder: Path) -> list[str]:
    """Return what `validate` finds in one object."""
    file = folder / "object.yaml"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    return [f"{each.id}: {each.message}" for each in examine([str(file)], RULES).findings]

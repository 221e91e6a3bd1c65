"""A real API server refuses what the bad examples of the rules of admission have, and accepts the good ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from registry_gitops.rules.manifests.admission_rules import ADMISSION_RULES
from tests.support.api_server import ApiServer
from tests.support.tools import ROOT

EXAMPLES: Final = ROOT / "tests" / "rules" / "examples"
RULES: Final = (*(rule.id for rule in ADMISSION_RULES), "missing-unit", "node-port-range")

REFUSED_LATER: Final = {
    ("missing-name", "import-"): "`kubectl create` can do it; kustomize and server-side apply refuse it",
    ("missing-unit", "web-1"): "the container does not start",
    ("missing-unit", "data"): "the claim stays pending, or is larger than it says",
    ("node-port-range", "web"): "a dry run takes no node port",
    ("security-contradiction", "root"): "the kubelet refuses it",
}
"""Rule and name of an object that the API server accepts -> what becomes of it."""


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer() as one:
        yield one


@pytest.mark.parametrize("rule", RULES)
def test_api_server_refuses_bad_examples(rule: str, server: ApiServer) -> None:
    objects = list(objects_of(EXAMPLES / rule / "bad"))
    assert objects
    accepted = {(rule, name_of(each)) for each in objects if server.refusal(each) is None}
    assert accepted == {key for key in REFUSED_LATER if key[0] == rule}


@pytest.mark.parametrize("rule", RULES)
def test_api_server_accepts_good_examples(rule: str, server: ApiServer) -> None:
    objects = [each for each in objects_of(EXAMPLES / rule / "good") if not is_foreign(each)]
    refusals = [refusal for each in objects if (refusal := server.refusal(each))]
    if rule == "unknown-kind":  # Nothing is said of APIs that another cluster can have.
        refusals = [refusal for refusal in refusals if not refusal.startswith("no such kind")]
    assert refusals == []


def objects_of(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("*.yaml")):
        yield from yaml.load_all(file.read_text("utf-8"), yaml.CSafeLoader)


def name_of(manifest: dict[str, Any]) -> str:
    metadata = manifest["metadata"]
    return str(metadata.get("name") or metadata.get("generateName") or "")


def is_foreign(manifest: dict[str, Any]) -> bool:
    """Whether an object has variables of Flux, or is none of a cluster."""
    return "${" in str(manifest) or "metadata" not in manifest or manifest["kind"] == "Route"

"""What the chart of the input makes of its values, and ours of the imported ones: the objects that Helm renders.

The community's chart is not in this repository. `recorded/NAME.json` has what `facts_of` says of its objects for an
input: RECORD_COMMUNITY_CHARTS=DIR writes it anew, where DIR has the chart's versions, each in a directory of its name.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import ObjectNames
from registry_gitops.importer import import_path
from registry_gitops.render import render
from tests.importer.object_facts import Facts, facts_of
from tests.support.helm import CHART

HERE: Final = Path(__file__).parent
RECORDED: Final = HERE / "recorded"
DIFFERENCES: Final = HERE / "expected" / "differences.txt"
SAME: Final = ("service.", "ingress.", "images.", "autoscaler.", "budget.")
"""What is the same in every import: clients and images depend on it."""

VERSIONS: Final = {
    **dict.fromkeys(["flux-v2-s3-secret-ref", "metrics", "flux-v2-s3-role"], "v3.0.0"),
    **dict.fromkeys(["flux1", "values-file-stable"], "stable"),
    **dict.fromkeys(
        [
            *["anchors", "azure", "collection", "flux-v2-cache", "flux-v2-cache-secret-ref", "flux-v2-s3-keys"],
            *["flux-v2beta1", "gcs", "k3s", "minimal", "notifications", "options", "redis", "scaling", "tls-inside"],
            *["token", "two-apps", "users-by-environment", "values-file", "values-from-configmap"],
            *["values-from-secret", "replicas-without-secret"],
        ],
        "v2.2.3",
    ),
}
"""Input -> version of the chart with which it was recorded."""

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def template(tool: Callable[[str], Path]) -> Callable[..., list[Any]]:
    """Objects that the real Helm renders: `template(chart, release, namespace, values)`."""

    def run(chart: Path, release: str, namespace: str, *values: Any) -> list[Any]:
        command = [str(tool("helm")), "template", release, str(chart), "-n", namespace]
        command += ["--api-versions", "autoscaling/v2"]
        files = [word for each in values for word in ("--set-json", json.dumps(each))]
        done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each]

    return run


@pytest.fixture(scope="module")
def differences(template: Callable[..., list[Any]]) -> dict[str, list[str]]:
    """What differs for each input, a line each."""
    return {case: list(differences_of(case, template)) for case in sorted(VERSIONS)}


def differences_of(case: str, template: Callable[..., list[Any]]) -> Iterator[str]:
    imported = import_path(str(HERE / "inputs" / "helm" / case), Path())
    deployment = RegistryDeployment.model_validate(yaml.safe_load(imported.files["registry.yaml"]))
    names = ObjectNames(deployment)
    recorded = RECORDED / f"{case}.json"
    if charts := os.environ.get("RECORD_COMMUNITY_CHARTS"):
        chart = Path(charts) / VERSIONS[case]
        facts = facts_of(template(chart, names.release, names.target_namespace, *values_of(case)))
        recorded.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    before: Facts = json.loads(recorded.read_text("utf-8"))
    values = yaml.safe_load(render(deployment)["helmrelease.yaml"])["spec"]["values"]
    after = facts_of(template(CHART, names.release, names.target_namespace, values))
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield f"{key}: {json.dumps(before.get(key))} -> {json.dumps(after.get(key))}"


def values_of(case: str) -> Iterator[Any]:
    """The values of an input, lowest first, as Flux and k3s merge them."""
    documents = [
        document
        for path in sorted((HERE / "inputs" / "helm" / case).iterdir())
        for document in yaml.safe_load_all(path.read_text("utf-8"))
    ]
    for document in documents:
        if document.get("kind") in ("ConfigMap", "Secret"):
            yield yaml.safe_load((document.get("data") or document["stringData"])["values.yaml"])
    for document in documents:
        if "kind" not in document:
            yield document
        elif document["kind"] == "HelmChart":
            yield yaml.safe_load(document["spec"]["valuesContent"])
        elif document["kind"] == "HelmRelease" and document["metadata"]["name"] != "redis":
            yield document["spec"].get("values") or {}


@pytest.mark.parametrize("case", sorted(VERSIONS))
def test_clients_and_images_see_the_same(case: str, differences: dict[str, list[str]]) -> None:
    assert [line for line in differences[case] if line.startswith(SAME)] == []


def test_what_differs_was_reviewed(differences: dict[str, list[str]], update_goldens: bool) -> None:
    always = differences["minimal"]
    own = {case: [line for line in lines if line not in always] for case, lines in differences.items()}
    sections = {"without values": always, **{case: lines for case, lines in own.items() if lines}}
    text = "".join("\n  ".join([case, *lines]) + "\n" for case, lines in sections.items())
    if update_goldens:
        DIFFERENCES.write_text(text, "utf-8")
    assert text == DIFFERENCES.read_text("utf-8")

"""A HelmRelease of our chart gets the conflicts of its values, and the findings of the rules for deployments."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.findings import Finding
from registry_gitops.render import render, write_tree
from registry_gitops.rules import lint
from registry_gitops.validation import examine

GIT = {"type": "git", "path": "registry"}
OCI = {"type": "oci", "url": "oci://ghcr.io/example/charts/docker-registry"}


def validated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Finding, ...]:
    (folder / ".git").mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    return examine([str(path) for path in Path("registry").glob("*.yaml")]).findings


def deploy(folder: Path, values: dict[str, Any], **options: Any) -> RegistryDeployment:
    deployment = RegistryDeployment.model_validate({"source": GIT, "values": values, **options})
    write_tree(render(deployment), folder / "registry")
    return deployment


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"image": {"tag": "latest"}, "persistence": {"enabled": False}},
        {"ingress": {"enabled": True, "annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "8m"}}},
        {"extraEnvVars": [{"name": "A", "value": "1"}, {"name": "REGISTRY_HTTP_SECRET", "value": "hunter2"}]},
        {"configuration": {"http": {"debug": {"addr": ":5001"}}}},
        {"service": {"type": "NodePort", "nodePorts": {"http": 80}}},
    ],
)
@pytest.mark.parametrize("source", [GIT, OCI], ids=["git", "oci"])
def test_rules_find_in_the_release_what_they_find_in_the_config_file(
    values: dict[str, Any], source: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = deploy(tmp_path, values, source=source)
    expected = {(finding.id, f"spec.{finding.location.key}") for finding in lint(deployment)}
    found = validated(tmp_path, monkeypatch)
    assert {(finding.id, finding.location.key) for finding in found} >= {
        (rule, key) for rule, key in expected if key.startswith("spec.values.")
    }
    assert all(finding.location.line and finding.remedy for finding in found)


def test_values_that_cannot_work_together_are_reported_at_their_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(tmp_path, {})
    with (tmp_path / "registry/helmrelease.yaml").open("a") as file:
        file.write("  values:\n    replicaCount: 3\n")
    found = validated(tmp_path, monkeypatch)
    assert {(each.id, each.location.key, each.location.line) for each in found} == {
        ("chart-values", "spec.values.replicaCount", 17)
    }
    assert any("cannot share a ReadWriteOnce volume" in each.message for each in found)


def test_an_unknown_value_is_reported_once_with_the_nearest_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(tmp_path, {})
    with (tmp_path / "registry/helmrelease.yaml").open("a") as file:
        file.write("  values:\n    ingres:\n      enabled: true\n")
    (found,) = validated(tmp_path, monkeypatch)
    assert (found.id, found.location.line, found.remedy) == ("chart-values", 17, 'write "ingress", or remove it')


@pytest.mark.tools
def test_an_overlay_of_a_release_with_a_chart_from_a_registry_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: Callable[[str], str]
) -> None:
    monkeypatch.setenv("PATH", str(Path(tool("kustomize")).parent))
    deploy(tmp_path, {}, source=OCI)
    overlay = tmp_path / "staging"
    overlay.mkdir()
    patch = '"- {op: add, path: /spec/values, value: {ingres: {}}}"'
    target = "{group: helm.toolkit.fluxcd.io, kind: HelmRelease}"
    (overlay / "kustomization.yaml").write_text(
        f"resources: [../registry]\npatches:\n  - target: {target}\n    patch: {patch}\n"
    )
    monkeypatch.chdir(tmp_path)
    (found,) = (each for each in examine(["."]).findings if each.id == "chart-values")
    assert (found.location.file, found.location.line) == ("staging/kustomization.yaml", 4)


def test_a_refusal_of_the_schema_says_what_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(tmp_path, {})
    with (tmp_path / "registry/helmrelease.yaml").open("a") as file:
        file.write("  values:\n    persistence:\n      size: 50Gb\n")
    (found,) = validated(tmp_path, monkeypatch)
    assert (found.id, found.location.line) == ("chart-values", 18)
    assert found.remedy == "write a number and a unit, such as 10Gi, 512Mi or 500m"


def test_variables_of_flux_and_encrypted_values_are_no_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(tmp_path, {})
    with (tmp_path / "registry/helmrelease.yaml").open("a") as file:
        file.write(
            "  values:\n    replicaCount: ${REPLICAS}\n    persistence:\n      size: ENC[AES256_GCM,data:A=,type:str]\n"
        )
    assert validated(tmp_path, monkeypatch) == ()


def test_a_chart_of_the_same_name_that_is_not_ours_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(tmp_path, {})
    (tmp_path / "registry/chart/values.schema.json").write_text("{}")
    with (tmp_path / "registry/helmrelease.yaml").open("a") as file:
        file.write("  values:\n    ingres: {}\n    replicaCount: 3\n")
    assert validated(tmp_path, monkeypatch) == ()


def test_only_a_release_of_our_chart_loads_the_models(tmp_path: Path) -> None:
    deploy(tmp_path, {"replicaCount": 1})
    (tmp_path / ".git").mkdir()
    (tmp_path / "registry/chart/values.schema.json").write_text('{"properties": {"replicaCount": {"type": "integer"}}}')
    code = (
        "import sys; from registry_gitops.validation import examine; "
        "assert not examine(['registry/helmrelease.yaml']).findings; print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

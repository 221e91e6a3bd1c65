"""Every example is fresh, and the real kustomize, kubeconform, Helm and Pod Security evaluator accept it."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment, find_configs, load
from registry_gitops.filenames import CHECKSUM_FILE
from registry_gitops.render import plan_changes, render
from registry_gitops.substitution import parse_template
from tests.support.helm import Chart
from tests.support.tools import KUBERNETES_VERSIONS, ROOT

EXAMPLES = find_configs([ROOT / "examples"]).paths
every_example = pytest.mark.parametrize(
    "config", EXAMPLES, ids=lambda path: path.parent.relative_to(ROOT / "examples").as_posix()
)

Validate = Callable[..., list[str]]


def built(folder: Path, tool: Callable[[str], Path]) -> str:
    """What kustomize, and so Flux, makes of a folder."""
    return subprocess.run([tool("kustomize"), "build", folder], check=True, capture_output=True, text=True).stdout


def values(deployment: RegistryDeployment) -> dict[str, Any]:
    """The values as the HelmRelease has them in the cluster, where each variable without a default is `example`."""
    text = parse_template(render(deployment)["helmrelease.yaml"]).fill("example")
    assert text
    return dict(yaml.safe_load(text)["spec"].get("values", {}))


def rendered(config: Path) -> Path:
    """The directory that a config file is rendered to."""
    return next(path for path in (config.parent / "rendered", config.parent) if (path / CHECKSUM_FILE).exists())


@every_example
def test_the_rendered_folder_is_fresh(config: Path) -> None:
    assert plan_changes(render(load(config)), rendered(config)).pending == ()


@every_example
@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_kustomize_builds_it_and_kubeconform_finds_nothing(
    config: Path, version: str, tool: Callable[[str], Path], kubeconform: Validate
) -> None:
    assert kubeconform(built(rendered(config), tool), version) == []


@every_example
def test_kustomize_gives_back_the_objects_as_they_were_rendered(config: Path, tool: Callable[[str], Path]) -> None:
    folder = rendered(config)
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    objects = [yaml.safe_load((folder / path).read_text()) for path in listed]
    found = list(yaml.safe_load_all(built(rendered(config), tool)))
    assert sorted(found, key=lambda each: each["kind"]) == sorted(objects, key=lambda each: each["kind"])


@every_example
@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_helm_lints_and_renders_the_chart_with_its_values(
    config: Path, version: str, chart: Chart, kubeconform: Validate
) -> None:
    found = values(load(config))
    linted = chart.run("lint", "--strict", "--kube-version", version, values=found)
    assert linted.returncode == 0, linted.stdout
    assert kubeconform(chart.text("--kube-version", version, values=found), version) == []


@every_example
def test_its_pods_pass_pod_security_restricted(config: Path, chart: Chart, podsecurity: Validate) -> None:
    assert podsecurity(chart.text(values=values(load(config)))) == []


def test_two_registries_share_a_namespace_that_one_of_them_has(tool: Callable[[str], Path]) -> None:
    found = list(yaml.safe_load_all(built(ROOT / "examples/shared-namespace", tool)))
    assert [each["metadata"]["name"] for each in found if each["kind"] == "Namespace"] == ["registries"]
    names = {each["metadata"]["name"]: each["metadata"]["namespace"] for each in found if each["kind"] == "HelmRelease"}
    assert names == {"images": "registries", "charts": "registries"}


def test_nodes_ask_each_cache_by_the_ip_of_its_service() -> None:
    folder = ROOT / "examples/pull-through-caches"
    found = {host["server"]: list(host["host"]) for host in hosts(folder.glob("certs.d/*/hosts.toml"))}
    deployments = [load(config).values for config in folder.glob("*/registry.yaml")]
    assert found == {values.proxy.remote_url: [f"http://{values.service.cluster_ip}:5000"] for values in deployments}


def hosts(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        yield tomllib.loads(file.read_text("utf-8"))


def test_caches_share_a_namespace_that_one_of_them_has(tool: Callable[[str], Path]) -> None:
    found = list(yaml.safe_load_all(built(ROOT / "examples/pull-through-caches", tool)))
    assert [each["metadata"]["name"] for each in found if each["kind"] == "Namespace"] == ["caches"]
    assert {each["metadata"]["namespace"] for each in found if each["kind"] == "HelmRelease"} == {"caches"}

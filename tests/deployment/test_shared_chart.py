"""A chart that several deployments share: where it is, from the root of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment, load
from registry_gitops.errors import InputError
from registry_gitops.render import render
from registry_gitops.rules import OutputDirectory, lint


@pytest.mark.parametrize(
    ("path", "chart", "expected"),
    [
        ("apps/registry", "../../charts/docker-registry", "./charts/docker-registry"),
        ("apps/registry", "../chart", "./apps/chart"),
        ("apps/registry", "vendored/v1", "./apps/registry/vendored/v1"),
        ("apps/registry", "/charts/docker-registry", "./charts/docker-registry"),
        (".", "charts/docker-registry", "./charts/docker-registry"),
        (".", "/charts/docker-registry", "./charts/docker-registry"),
    ],
)
def test_release_names_the_shared_chart_and_no_copy_is_rendered(path: str, chart: str, expected: str) -> None:
    source = {"type": "git", "path": path, "chart": chart}
    tree = render(RegistryDeployment.model_validate({"source": source}))
    assert yaml.safe_load(tree["helmrelease.yaml"])["spec"]["chart"]["spec"]["chart"] == expected
    assert not [path for path in tree if path.startswith("chart/")]
    assert f"`{expected}` of the repository" in tree["README.md"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            "{type: git, path: apps/registry, chart: ../../../charts/docker-registry}",
            "registry.yaml:2:49: source.chart: leads out of the repository, because the output directory is "
            'source.path ("apps/registry") in it: correct source.path, or write',
        ),
        ("{type: git, chart: ../../charts/docker-registry}", "source.chart: leads out of the repository"),
        ("{type: git, chart: charts/../docker-registry}", "source.chart: "),
        ("{type: git, chart: /}", 'source.chart: "/" is not the path of a shared chart: write it from the output'),
        ("{type: git, chart: ..}", 'source.chart: ".." is not the path of a shared chart'),
        ("{type: git, chart: 'https://u:hunter2@example.com/chart'}", "source.chart: "),
    ],
)
def test_path_that_leads_to_no_directory_of_the_repository_is_refused(
    tmp_path: Path, source: str, problem: str
) -> None:
    config = tmp_path / "registry.yaml"
    config.write_text(f"name: images\nsource: {source}\n")
    with pytest.raises(InputError) as refused:
        load(config)
    assert problem in str(refused.value)
    assert str(refused.value).count("\n") == 0
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("source", "is_refused"),
    [
        ({"chart": "/charts/docker-registry"}, False),
        ({"chart": "/charts/docker-registry", "path": "apps"}, True),
        ({"chart": "/charts/docker-registry", "path": "apps/registry"}, False),
        ({"chart": "charts/docker-registry"}, True),
        ({"chart": "../../charts/docker-registry", "path": "apps/registry"}, False),
    ],
)
def test_chart_from_the_root_needs_no_source_path(source: dict[str, str], is_refused: bool) -> None:
    deployment = RegistryDeployment.model_validate({"source": {"type": "git", **source}})
    found = lint(deployment, OutputDirectory("apps/registry"))
    assert [finding.id for finding in found] == ["source-path"] * is_refused

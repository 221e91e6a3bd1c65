"""A shared chart is compared with the chart of this version, wherever the config file says that it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.charts import write_chart
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render import check_deployment
from registry_gitops.version import __version__

WRITE = "run `registry-gitops chart write charts/docker-registry` in the root of the repository"


def found(chart: str, repository: Path, path: str = "apps/registry") -> list[str]:
    source = {"type": "git", "path": path, "chart": chart}
    findings, _ = check_deployment(RegistryDeployment.model_validate({"source": source}), repository / path)
    assert all((finding.id, finding.location.key) == ("shared-chart", "source.chart") for finding in findings)
    return [finding.message for finding in findings]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.mark.parametrize("chart", ["../../charts/docker-registry", "/charts/docker-registry"])
def test_shared_chart_is_found_from_the_directory_and_from_the_root(repository: Path, chart: str) -> None:
    missing = f'"charts/docker-registry" holds no chart, so Flux cannot install the release: {WRITE}'
    assert found(chart, repository) == [missing]
    write_chart(repository / "charts/docker-registry")
    assert found(chart, repository) == []


def test_shared_chart_outside_of_a_repository_is_found_from_the_directory_alone(tmp_path: Path) -> None:
    assert "holds no chart" in found("../../charts/docker-registry", tmp_path)[0]
    assert found("/charts/docker-registry", tmp_path) == []
    write_chart(tmp_path / "charts/docker-registry")
    assert found("../../charts/docker-registry", tmp_path) == []


def replace(file: str, old: str, new: str) -> Callable[[Path], object]:
    def change(chart: Path) -> None:
        text = (chart / file).read_text("utf-8")
        assert old in text
        (chart / file).write_text(text.replace(old, new), "utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            replace("Chart.yaml", f"version: {__version__}", "version: 0.0.9"),
            f'holds version "0.0.9" of the chart, and this is version {__version__} of registry-gitops: install that '
            f"version of it, or {WRITE}",
        ),
        (
            replace("Chart.yaml", "name: docker-registry", "name: registry"),
            'holds the chart "registry" and not docker-registry: name another directory',
        ),
        (
            replace("values.yaml", "replicaCount: 1", "replicaCount: 2"),
            f"differs from the chart of registry-gitops {__version__} in values.yaml: {WRITE}",
        ),
        (
            lambda chart: (chart / "templates/service.yaml").unlink(),
            f"differs from the chart of registry-gitops {__version__} in templates/service.yaml: {WRITE}",
        ),
        (
            lambda chart: (chart / "templates/extra.yaml").write_text("a: 1"),
            "holds files that are not of the chart, and that Helm reads: remove templates/extra.yaml",
        ),
        (lambda chart: (chart / "Chart.yaml").write_text("["), "holds no chart, so Flux cannot"),
        (lambda chart: (chart / "Chart.yaml").write_bytes(b"\xff"), "holds no chart, so Flux cannot"),
        (lambda chart: (chart / "OWNERS").write_text("a"), ""),
        (lambda chart: (chart / "templates/.DS_Store").write_text("a"), ""),
    ],
)
def test_chart_that_this_version_does_not_render_for_is_an_error(
    repository: Path, change: Callable[[Path], object], message: str
) -> None:
    chart = repository / "charts/docker-registry"
    write_chart(chart)
    change(chart)
    messages = found("/charts/docker-registry", repository)
    assert len(messages) == bool(message)
    assert all(each.startswith(f'"charts/docker-registry" {message}') for each in messages)


@pytest.mark.parametrize(
    ("file", "patterns", "is_excluded"),
    [
        (".sourceignore", "/*\n!/apps/\n!/clusters/\n", True),
        (".sourceignore", "charts/\n", True),
        ("charts/.sourceignore", "docker-registry\n", True),
        (".sourceignore", "/*\n!/apps/\n!/charts/\n", False),
        (".sourceignore", "*.md\n", False),
        ("apps/.sourceignore", "/*\n", False),
        (".gitignore", "charts/\n", False),
    ],
)
def test_chart_that_flux_does_not_read_is_an_error(
    repository: Path, file: str, patterns: str, is_excluded: bool
) -> None:
    write_chart(repository / "charts/docker-registry")
    (repository / "apps").mkdir()
    (repository / file).write_text(patterns)
    excluded = '"charts/docker-registry" is excluded by .sourceignore, so Flux does not find it: except it there, or '
    assert found("/charts/docker-registry", repository) == [f"{excluded}move it to what Flux reads"] * is_excluded


def test_path_with_variables_of_flux_is_not_known(repository: Path) -> None:
    assert found("/charts/${CHART}", repository) == []

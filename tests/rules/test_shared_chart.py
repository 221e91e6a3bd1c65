"""A shared chart is compared with the chart of this version, wherever the config file says that it is."""

from __future__ import annotations

import subprocess
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


ALL = "charts/docker-registry/Chart.yaml and "
SCHEMA = "charts/docker-registry/values.schema.json,"


@pytest.mark.parametrize(
    ("file", "patterns", "message"),
    [
        (".sourceignore", "/*\n!/apps/\n!/clusters/\n", f"a .sourceignore excludes {ALL}"),
        (".sourceignore", "charts/\n", f"a .sourceignore excludes {ALL}"),
        ("charts/.sourceignore", "docker-registry\n", f"a .sourceignore excludes {ALL}"),
        (".sourceignore", "values.*.json\n", f"a .sourceignore excludes {SCHEMA}"),
        (".sourceignore", "/*\n!/apps/\n!/charts/\n", ""),
        (".sourceignore", "/*\n!/apps/\n!/charts/docker-registry/\n", ""),
        (".sourceignore", "*.md\n", ""),
        ("apps/.sourceignore", "/*\n", ""),
        (".gitignore", "charts/\n", f"Git ignores {ALL}"),
        ("charts/.gitignore", "/docker-*\n", f"Git ignores {ALL}"),
        (".git/info/exclude", "charts\n", f"Git ignores {ALL}"),
        (".gitignore", "values.*.json\n", f"Git ignores {SCHEMA}"),
        (".gitignore", "charts/*\n!charts/docker-registry/\n*.tgz\nNOTES.txt\n", ""),
        ("apps/.gitignore", "charts/\n", ""),
    ],
)
def test_chart_that_does_not_reach_flux_is_an_error(repository: Path, file: str, patterns: str, message: str) -> None:
    write_chart(repository / "charts/docker-registry")
    for directory in ("apps", ".git/info"):
        (repository / directory).mkdir(parents=True)
    (repository / file).write_text(patterns)
    messages = found("/charts/docker-registry", repository)
    assert len(messages) == bool(message)
    assert all(each.startswith(message) for each in messages)
    assert all("so not all of the chart reaches Flux: except it " in each for each in messages)


@pytest.mark.parametrize(
    ("file", "message"), [(".gitignore", "Git ignores chart/"), (".sourceignore", "a .sourceignore excludes chart/")]
)
def test_own_chart_that_does_not_reach_flux_is_an_error(repository: Path, file: str, message: str) -> None:
    (repository / file).write_text("chart/\n")
    deployment = RegistryDeployment.model_validate({"source": {"type": "git", "path": "apps/registry"}})
    [finding] = check_deployment(deployment, repository / "apps/registry")[0]
    assert (finding.id, finding.location.key) == ("shared-chart", "source.path")
    assert finding.message.startswith(f"{message}Chart.yaml and ")


def test_chart_that_git_tracks_is_not_ignored(tmp_path: Path) -> None:
    write_chart(tmp_path / "charts/docker-registry")
    (tmp_path / ".gitignore").write_text("charts/\n")
    git("init", "--quiet", directory=tmp_path)
    assert "Git ignores" in found("/charts/docker-registry", tmp_path)[0]
    git("add", "--force", "charts", directory=tmp_path)
    assert found("/charts/docker-registry", tmp_path) == []


def git(*words: str, directory: Path) -> None:
    subprocess.run(["git", *words], cwd=directory, check=True)


def test_path_with_variables_of_flux_is_not_known(repository: Path) -> None:
    assert found("/charts/${CHART}", repository) == []

"""`init` in a repository with a layout: what it writes loads, renders, and is where the layout has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.deployment import find_configs, load
from registry_gitops.render import deploy
from registry_gitops.validation import examine
from tests.cli.running import Run, listing

SCHEMA = ".registry-gitops.schema.json"
SOURCES = {
    "git": ("--source", "git"),
    "helm": ("--source", "helm", "--url", "https://charts.example.com"),
    "oci": ("--source", "oci", "--url", "oci://registry.example.com/charts/docker-registry"),
}


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()


def created(out: str) -> list[str]:
    return [line.removeprefix("create ") for line in out.splitlines()]


def render_all(directory: Path) -> None:
    for config in find_configs([directory]).paths:
        deploy(load(config), config.parent)


def kustomization(path: Path) -> dict[str, Any]:
    """The Flux Kustomization in a file, which has to be all of it."""
    (found,) = yaml.safe_load_all(path.read_text("utf-8"))
    assert found["kind"] == "Kustomization"
    return dict(found)


def files(directory: Path) -> Iterator[str]:
    yield from (path.relative_to(directory).as_posix() for path in sorted(directory.rglob("*")) if path.is_file())


@pytest.mark.parametrize("source", SOURCES)
def test_a_monorepo_has_a_base_and_environments_that_extend_it(cli: Run, tmp_path: Path, source: str) -> None:
    done = cli("init", "--layout", "monorepo", "--name", "images", *SOURCES[source])
    environments = [f"apps/{name}/images/registry.yaml" for name in ("staging", "production")]
    assert (done.code, created(done.out)) == (0, ["apps/base/images/registry.yaml", *environments, SCHEMA])
    assert find_configs([tmp_path]).bases == (tmp_path / "apps/base/images/registry.yaml",)
    if source == "git":
        assert "1. Run `registry-gitops chart write charts/docker-registry`.\n" in done.err
        assert cli("chart", "write", "charts/docker-registry").code == 0
    render_all(tmp_path)
    assert list(files(tmp_path / "clusters")) == ["production/images.yaml", "staging/images.yaml"]
    flux = kustomization(tmp_path / "clusters/staging/images.yaml")
    assert flux["metadata"] == {"name": "images", "namespace": "flux-system"}
    assert flux["spec"]["path"] == "./apps/staging/images"
    assert not (tmp_path / "apps/staging/images/chart").exists()
    assert examine(["."]).findings == ()


def test_environments_and_clusters_are_those_of_the_repository(cli: Run, tmp_path: Path) -> None:
    for path in ("apps/base/podinfo", "apps/test", "apps/live", "apps/notes", "clusters/live-eu", "clusters/live-us"):
        (tmp_path / path).mkdir(parents=True)
    for name in ("test", "live"):
        (tmp_path / f"apps/{name}/kustomization.yaml").write_text("resources: [../base/podinfo]\n")
    (tmp_path / "apps/live/other").mkdir()
    done = cli("init", "--source", "oci", "--url", "oci://registry.example.com/charts/docker-registry")
    assert created(done.out)[:3] == [f"apps/{name}/docker-registry/registry.yaml" for name in ("base", "live", "test")]
    render_all(tmp_path)
    names = ["live-eu/docker-registry.yaml", "live-us/docker-registry.yaml", "test/docker-registry.yaml"]
    assert list(files(tmp_path / "clusters")) == names


def test_a_second_registry_of_a_monorepo_has_the_same_environments_and_schema(cli: Run, tmp_path: Path) -> None:
    cli("init", "--layout", "monorepo")
    done = cli("init", "--name", "cache", "--namespace", "cache")
    assert created(done.out) == [f"apps/{name}/cache/registry.yaml" for name in ("base", "production", "staging")]
    again = cli("init", "--name", "cache")
    assert again.code == 2
    assert "apps/base/cache/registry.yaml: already exists" in again.err


def test_a_monorepo_below_the_root_of_the_repository_has_paths_from_the_root(cli: Run, tmp_path: Path) -> None:
    cli("init", "deploy", "--layout", "monorepo")
    found = load(tmp_path / "deploy/apps/staging/docker-registry/registry.yaml").to_config_dict()["source"]
    assert (found["path"], found["chart"]) == ("deploy/apps/staging/docker-registry", "/deploy/charts/docker-registry")
    assert cli("chart", "write", "deploy/charts/docker-registry").code == 0
    render_all(tmp_path)
    assert list(files(tmp_path / "deploy/clusters")) == [
        "production/docker-registry.yaml",
        "staging/docker-registry.yaml",
    ]


def test_the_chart_is_in_apps_if_flux_leaves_directories_out(cli: Run, tmp_path: Path) -> None:
    (tmp_path / ".sourceignore").write_text("/*\n!/apps/\n!/clusters/\n")
    done = cli("init", "--layout", "monorepo")
    assert "`registry-gitops chart write apps/base/charts/docker-registry`" in done.err
    config = load(tmp_path / "apps/staging/docker-registry/registry.yaml")
    assert config.to_config_dict()["source"]["chart"] == "/apps/base/charts/docker-registry"


@pytest.mark.parametrize("source", SOURCES)
def test_an_application_has_a_ks_yaml_and_a_namespace(cli: Run, tmp_path: Path, source: str) -> None:
    done = cli("init", "--layout", "per-app", "--namespace", "media", *SOURCES[source])
    assert done.code == 0
    render_all(tmp_path)
    namespace = tmp_path / "kubernetes/apps/media"
    assert kustomization(namespace / "kustomization.yaml")["resources"] == ["namespace.yaml", "docker-registry/ks.yaml"]
    flux = kustomization(namespace / "docker-registry/ks.yaml")
    assert "namespace" not in flux["metadata"]
    assert flux["spec"]["targetNamespace"] == "media"
    assert flux["spec"]["path"] == "./kubernetes/apps/media/docker-registry/app"
    assert flux["spec"]["sourceRef"] == {"kind": "GitRepository", "name": "flux-system", "namespace": "flux-system"}
    release = yaml.safe_load((namespace / "docker-registry/app/helmrelease.yaml").read_text("utf-8"))
    assert "namespace" not in release["metadata"]
    assert examine(["."]).findings == ()


PLEX = """
# The source of another application.
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: plex}
spec: {interval: 1h, path: ./x, prune: true, sourceRef: {kind: GitRepository, name: home-ops, namespace: flux}}
"""


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("apps", ["kubernetes/apps", "kubernetes/main/apps", "apps"])
def test_an_application_has_the_place_and_the_source_of_the_others(
    cli: Run, tmp_path: Path, apps: str, source: str
) -> None:
    plex = tmp_path / apps / "media/plex"
    plex.mkdir(parents=True)
    (plex / "ks.yaml").write_text(PLEX)
    (plex.parent / "kustomization.yaml").write_text("namespace: media\nresources: [plex/ks.yaml]\n")
    done = cli("init", "--namespace", "media", *SOURCES[source])
    assert created(done.out) == [f"{apps}/media/docker-registry/app/registry.yaml", SCHEMA]
    assert f"2. Add docker-registry/ks.yaml to the resources of {apps}/media/kustomization.yaml.\n" in done.err
    render_all(tmp_path)
    flux = kustomization(tmp_path / apps / "media/docker-registry/ks.yaml")
    assert flux["spec"]["sourceRef"] == {"kind": "GitRepository", "name": "home-ops", "namespace": "flux"}


def test_the_directory_of_an_application_names_it_and_its_namespace(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plex = tmp_path / "kubernetes/apps/media/plex"
    plex.mkdir(parents=True)
    (plex / "ks.yaml").write_text(PLEX)
    (plex.parent / "kustomization.yaml").write_text("namespace: media\nresources: [plex/ks.yaml]\n")
    done = cli("init", "kubernetes/apps/media/images")
    assert created(done.out) == ["app/registry.yaml", f"../../../../{SCHEMA}"]
    assert (tmp_path / SCHEMA).is_file()
    assert "2. Add images/ks.yaml to the resources of kubernetes/apps/media/kustomization.yaml.\n" in done.err
    found = load(tmp_path / "kubernetes/apps/media/images/app/registry.yaml")
    assert (found.name, found.namespace_options.name, found.namespace_options.inherit) == ("images", "media", True)
    here = tmp_path / "kubernetes/apps/tools/charts"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    names = ["app/registry.yaml", "../kustomization.yaml", "../namespace.yaml"]
    assert created(cli("init", "--name", "c").out) == names
    assert load(here / "app/registry.yaml").name == "c"
    assert kustomization(here.parent / "kustomization.yaml")["resources"] == ["namespace.yaml", "charts/ks.yaml"]
    render_all(here)
    assert kustomization(here / "ks.yaml")["spec"]["targetNamespace"] == "tools"


def test_no_namespace_is_written_for_one_of_the_system(cli: Run, tmp_path: Path) -> None:
    done = cli("init", "--layout", "per-app", "--namespace", "kube-system")
    assert not [name for name in created(done.out) if name.endswith("/namespace.yaml")]
    found = kustomization(tmp_path / "kubernetes/apps/kube-system/kustomization.yaml")
    assert found["resources"] == ["docker-registry/ks.yaml"]


def test_a_command_that_comes_next_quotes_a_space(cli: Run) -> None:
    assert "`registry-gitops render 'my apps/apps'`" in cli("init", "my apps", "--layout", "monorepo").err


@pytest.mark.parametrize("text", ["", "a: [", "- x\n", "spec: text\n", "spec: {sourceRef: flux}\n", "\0", "\udcff"])
def test_an_unreadable_ks_yaml_shows_the_layout_and_no_source(cli: Run, tmp_path: Path, text: str) -> None:
    plex = tmp_path / "kubernetes/apps/media/plex"
    plex.mkdir(parents=True)
    (plex / "ks.yaml").write_text(text, errors="surrogateescape")
    assert cli("init", "--namespace", "media").code == 0
    config = tmp_path / "kubernetes/apps/media/docker-registry/app/registry.yaml"
    assert load(config).to_config_dict()["source"]["name"] == "flux-system"


def test_python_has_one_file(cli: Run, tmp_path: Path) -> None:
    done = cli("init", "--python", "--layout", "per-app")
    assert done.code == 2
    assert "add --layout flat" in done.err
    (tmp_path / "apps/base").mkdir(parents=True)
    assert cli("init", "--python").code == 2
    assert cli("init", "--python", "--layout", "flat").code == 0
    assert [name for name in listing(tmp_path) if name.endswith(".py")] == ["registry.py"]

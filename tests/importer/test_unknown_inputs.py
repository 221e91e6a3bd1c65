"""Inputs without a registry that can be imported: the error says what is there instead, where, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from registry_gitops.errors import InputError
from registry_gitops.importer import import_path

APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: images, namespace: argocd}
spec: {source: {chart: docker-registry, repoURL: "https://charts.example.com"}, destination: {namespace: media}}
"""
COMPOSE = """
services:
  images: {image: "registry:2", ports: ["5000:5000"]}
"""
HELMFILE = """
releases:
  - {name: images, chart: twuni/docker-registry}
"""
HARBOR = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: images, namespace: media}
spec: {template: {spec: {containers: [{name: a, image: "goharbor/registry-photon:v2.11"}]}}}
"""
GITEA = """
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: git, namespace: media}
spec: {chart: {spec: {chart: gitea, sourceRef: {kind: HelmRepository, name: gitea}}}}
"""
POD = """
apiVersion: v1
kind: Pod
metadata:
  name: registry
  namespace: $NAMESPACE
spec: {containers: [{name: r, image: "registry:2"}]}
"""


@pytest.mark.parametrize(
    ("file", "text", "error"),
    [
        ("app.yaml", APPLICATION, "app.yaml:2:1: is an Application of Argo CD"),
        ("docker-compose.yml", COMPOSE, "docker-compose.yml:3:3: is a service of Docker Compose"),
        ("all.yaml", HARBOR, "all.yaml:2:1: StatefulSet/media/images runs Harbor"),
        ("all.yaml", GITEA, "all.yaml:2:1: HelmRelease/media/git runs Gitea"),
        ("all.yaml", POD, "all.yaml:6:14: metadata.namespace: is a variable"),
        ("all.yaml", "kind: Pod\nmetadata: {name: {{ name }}}\n", "all.yaml:2:18: is a template"),
        ("all.yaml", "{% if a %}\nkind: Pod\n{% endif %}\n", "all.yaml:1:1: is a template"),
        ("all.yaml.j2", "kind: Pod\n", "all.yaml.j2: is a template"),
        ("helmfile.yaml", HELMFILE, "helmfile.yaml:3:5: is a release of helmfile"),
        ("Chart.yaml", "apiVersion: v2\nname: images\nversion: 1.0.0\n", "Chart.yaml:1:1: is a chart"),
        ("README.md", "# Images\n", ": has no YAML and no JSON"),
        ("all.yaml", "kind: Pod\nmetadata:\n\tname: a\n", "all.yaml:3:1: a tab"),
    ],
)
def test_error_says_what_is_there_instead(
    file: str, text: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old").mkdir()
    (Path("old") / file).write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        import_path("old", Path("new"))
    assert error in str(caught.value)
    assert not Path("new").exists()


def test_objects_in_json_are_read_and_other_json_is_not(tmp_path: Path) -> None:
    (tmp_path / "pod.json").write_text(POD.replace("$NAMESPACE", "media"), "utf-8")
    (tmp_path / "package.json").write_text('{"name": "x", "repository": {}}', "utf-8")
    report = import_path(str(tmp_path), tmp_path / "out").report
    assert {Path(each.file).name for each in report.outcomes} == {"pod.json"}


def test_values_of_a_chart_around_the_registry_are_read(tmp_path: Path) -> None:
    text = "docker-registry: {persistence: {enabled: true, deleteEnabled: true}}\nglobal: {a: b}\n"
    (tmp_path / "values.yaml").write_text(text, "utf-8")
    imported = import_path(str(tmp_path / "values.yaml"), tmp_path / "out")
    assert yaml.safe_load(imported.files["registry.yaml"])["values"]["deletion"] == {"enabled": True}
    assert {each.key for each in imported.report.outcomes} >= {"global", "docker-registry.persistence.deleteEnabled"}


def test_overlay_of_a_base_elsewhere_says_what_to_build(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "prod").mkdir()
    (tmp_path / "base" / "pod.yaml").write_text(POD.replace("$NAMESPACE", "media"), "utf-8")
    (tmp_path / "prod" / "kustomization.yaml").write_text("resources: [../base]\n", "utf-8")
    with pytest.raises(InputError, match="kustomization.yaml:1:1: builds on other directories .* `kustomize build DIR"):
        import_path(str(tmp_path / "prod"), tmp_path / "out")


def test_values_file_of_a_chart_that_is_not_there_is_named(tmp_path: Path) -> None:
    charts = "helmCharts: [{name: docker-registry, repo: https://helm.twun.io, valuesFile: gone.yaml}]\n"
    (tmp_path / "kustomization.yaml").write_text(charts, "utf-8")
    with pytest.raises(InputError, match=r"gone\.yaml: is not there"):
        import_path(str(tmp_path), tmp_path / "out")


def test_two_objects_in_one_document_are_refused_and_a_key_that_stands_twice_is_told(tmp_path: Path) -> None:
    pod = POD.replace("$NAMESPACE", "media")
    file = tmp_path / "all.yaml"
    file.write_text(f"{pod}kind: Service\napiVersion: v1\n", "utf-8")
    with pytest.raises(InputError, match=r"all\.yaml:8:1: two objects stand in one document"):
        import_path(str(file), tmp_path / "out")
    file.write_text(pod.replace("  name: registry\n", "  name: registry\n  name: images\n"), "utf-8")
    (told,) = [each for each in import_path(str(file), tmp_path / "out").report.differences if "twice" in each]
    assert told.startswith(f"{file}:6:3: ")

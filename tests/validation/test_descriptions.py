"""A config file of ours in the repository is checked as `render --check` does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops import RegistryDeployment
from registry_gitops.charts import write_chart
from registry_gitops.deployment import load
from registry_gitops.render import render, write_tree
from registry_gitops.validation import examine

SOURCE = "source: {type: git, path: apps/registry}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps/registry").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return Path("apps/registry")


def write(folder: Path, text: str, *, is_rendered: bool = True) -> None:
    (folder / "registry.yaml").write_text(SOURCE + text, "utf-8")
    if is_rendered:
        write_tree(render(load(folder / "registry.yaml")), folder)


def found() -> list[tuple[str, str]]:
    return sorted((each.id, each.location.position) for each in examine(["."]).findings)


def test_a_finding_is_told_once_in_the_config_file(folder: Path) -> None:
    write(folder, "values:\n  image: {tag: latest}\n  ingress: {enabled: true}\n")
    assert found() == [
        ("exposed-without-login", "apps/registry/registry.yaml:4:22"),
        ("floating-tag", "apps/registry/registry.yaml:3:16"),
    ]


@pytest.mark.tools
def test_an_overlay_tells_nothing_of_it_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tool: Callable[[str], str]
) -> None:
    monkeypatch.setenv("PATH", str(Path(tool("kustomize")).parent))
    write(folder, "values: {image: {tag: latest}}\n")
    overlay = Path("apps/staging")
    overlay.mkdir()
    patch = "- {op: add, path: /spec/maxHistory, value: 3}"
    (overlay / "kustomization.yaml").write_text(
        f"resources: [../registry]\npatches: [{{target: {{kind: HelmRelease}}, patch: '{patch}'}}]\n"
    )
    assert found() == [("floating-tag", "apps/registry/registry.yaml:2:23")]


def test_a_rule_that_the_config_file_switches_off_is_off_in_its_rendered_files(folder: Path) -> None:
    write(folder, "values: {image: {tag: latest}}\nrules: {floating-tag: off}\n")
    assert found() == []


def test_what_two_rules_find_is_told_once_and_an_error_instead_of_a_warning(folder: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: users}\nsops:\n  mac: ENC[a]\n  version: 3.13.2\n"
    (folder / "users.sops.yaml").write_text(secret)
    flux = "flux: {clusters: [home], postBuild: {substitute: {A: b}}}\n"
    resources = "kustomization: {resources: [users.sops.yaml]}\n"
    write(folder, flux + resources + "values: {podAnnotations: {a: '${B}'}}\n")
    here = "apps/registry"
    assert found() == [
        ("encrypted-secret", f"{here}/users.sops.yaml:5:3"),
        ("flux-variables", f"{here}/registry.yaml:2:7"),
    ]
    write(folder, flux + resources + "values: {podAnnotations: {a: '${B}'}}\nrules: {flux-variables: off}\n")
    assert [id_ for id_, _ in found()] == ["encrypted-secret"]


def test_wrong_path_in_a_rendered_file_that_is_elsewhere_is_told_once(folder: Path) -> None:
    write(folder, "flux: {clusters: [a, b], path: apps/registries}\n")
    for cluster in "ab":
        file = Path(f"clusters/{cluster}/apps.yaml")
        text = Path(f"clusters/{cluster}/docker-registry.yaml").read_text().partition("\n")[2]
        file.write_text(text.replace("apps/registries", "apps").replace("docker-registry", "apps"))
    assert found() == [("flux-path", "apps/registry/registry.yaml:2:32")]


def test_rendered_files_that_are_not_up_to_date_are_reported(folder: Path) -> None:
    write(folder, "values: {persistence: {size: 20Gi}}\n")
    write(folder, "values: {persistence: {size: 30Gi}}\n", is_rendered=False)
    (folder / "kustomization.yaml").write_text("# mine\n", "utf-8")
    for path in (folder / "chart/templates").glob("*.yaml"):
        path.unlink()
    findings = {each.location.file: each for each in examine(["."]).findings if each.id == "stale-file"}
    assert {file: each.message.partition(" (")[0] for file, each in findings.items()} == {
        "apps/registry/chart": "is missing",
        "apps/registry/README.md": "differs from the config file",
        "apps/registry/helmrelease.yaml": "differs from the config file",
        "apps/registry/kustomization.yaml": "was edited after rendering",
    }
    assert findings["apps/registry/chart"].remedy == "run `registry-gitops render apps/registry/registry.yaml`"


def test_a_config_file_that_is_not_valid_is_reported_at_its_lines(folder: Path) -> None:
    write(folder, "values:\n  ingres: {}\n  replicaCount: many\n", is_rendered=False)
    assert found() == [
        ("invalid-value", "apps/registry/registry.yaml:4:17"),
        ("unknown-key", "apps/registry/registry.yaml:3:3"),
    ]


def test_files_that_were_never_rendered_are_not_missing(folder: Path) -> None:
    write(folder, "", is_rendered=False)
    assert found() == []


def test_a_config_file_next_to_the_directory_of_its_rendered_files_is_compared(folder: Path) -> None:
    (folder / "registry.yaml").write_text("source: {type: oci, url: 'oci://example.com/charts/docker-registry'}\n")
    write_tree(render(load(folder / "registry.yaml")), folder / "rendered")
    (folder / "rendered/helmrelease.yaml").unlink()
    assert ("stale-file", "apps/registry/rendered/helmrelease.yaml") in found()


def test_what_is_wrong_in_an_extended_file_is_told_once_and_what_it_lacks_is_not(folder: Path) -> None:
    Path("base").mkdir()
    Path("base/registry.yaml").write_text("source: {type: oci}\nvalues: {persistence: {size: 10GB}}\n", "utf-8")
    for name in ("staging", "production"):
        Path(name).mkdir()
        text = f"extends: ../base/registry.yaml\nnamespace: {name}\nsource: {{url: oci://ghcr.io/acme/charts/a}}\n"
        Path(name, "registry.yaml").write_text(text, "utf-8")
    assert found() == [("invalid-value", "base/registry.yaml:2:30")]


def test_config_file_that_needs_no_source_path_is_compared(folder: Path) -> None:
    (folder / "registry.yaml").write_text("source: {type: git, chart: /charts/docker-registry}\n")
    write_tree(render(load(folder / "registry.yaml")), folder)
    assert found() == [("shared-chart", "apps/registry/registry.yaml:1:28")]
    write_chart("charts/docker-registry")
    assert found() == []
    (folder / "helmrelease.yaml").unlink()
    assert ("stale-file", "apps/registry/helmrelease.yaml") in found()


def test_config_file_with_a_section_for_flux_is_one(folder: Path) -> None:
    write(folder, "flux: {clusters: [production]}\nvalues: {replicaCount: many}\n", is_rendered=False)
    assert found() == [("invalid-value", "apps/registry/registry.yaml:3:24")]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: registry}\n",
        "image: {tag: latest}\nreplicaCount: 3\n",
        "name: registry\nnamespace: registry\n",
        "source: {type: git}\nother: 1\n",
    ],
    ids=["object", "values", "names", "more keys"],
)
def test_other_files_of_that_name_are_left_alone(text: str, folder: Path) -> None:
    (folder / "registry.yaml").write_text(text, "utf-8")
    assert found() == []


def test_a_program_is_not_run_and_that_is_said(folder: Path) -> None:
    write(folder, "")
    (folder / "registry.yaml").unlink()
    (folder / "registry.py").write_text("open('was-run', 'w')\n", "utf-8")
    examination = examine(["."])
    program = "apps/registry/registry.py"
    assert examination.remarks == (f"{program} is not run: check it with `registry-gitops render {program} --check`",)
    assert not Path("was-run").exists()


def test_config_file_with_any_section_is_known(folder: Path) -> None:
    """A file is a config file for certain only if all of its keys are those of one."""
    for key in RegistryDeployment.model_fields:
        (folder / "registry.yaml").write_text(f"source: {{type: oci}}\n{key}: 5\n", "utf-8")
        assert found(), key


def test_many_config_files_are_checked_in_several_processes(folder: Path) -> None:
    for number in range(40):
        Path(f"r{number:02}").mkdir()
        text = f"source: {{type: helm, url: oci://ghcr.io/acme/charts}}\nvalues: {{replicaCount: {number}x}}\n"
        Path(f"r{number:02}/registry.yaml").write_text(text, "utf-8")
    assert found() == [("invalid-value", f"r{number:02}/registry.yaml:2:24") for number in range(40)]

"""Files that `kustomization` names, and patches: what our rules find is what the real kustomize refuses."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render import check_deployment, render, write_tree
from registry_gitops.rules import lint

SOURCE = {"source": {"type": "oci", "url": "oci://ghcr.io/example/charts/docker-registry"}}
RELEASE = {"kind": "HelmRelease"}
OPERATION = "- {op: replace, path: /spec/interval, value: 5m}"
OBJECT = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: docker-registry"
NAMED = f"{OBJECT}, namespace: docker-registry}}\n"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {a: b}}]\n"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"

FILES = {
    "map.yaml": CONFIG_MAP,
    "map.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}',
    "comment.yaml": "# nothing yet\n---\n",
    "values.yaml": "replicaCount: 1\n",
    "patch.yaml": NAMED + "spec: {interval: 5m}\n",
    "no-patch.yaml": "replicaCount: 1\n",
    "directory/readme.md": "a",
    "base/kustomization.yml": "resources: [map.yaml]\n",
    "base/map.yaml": CONFIG_MAP.replace("name: a", "name: c"),
    "component/kustomization.yaml": COMPONENT,
}

GOOD: list[dict[str, Any]] = [
    {},
    {"resources": ["map.yaml", "map.json", "comment.yaml", "base"]},
    {"resources": ["./map.yaml", "directory/../base/"]},
    {"components": ["component"]},
    {"patches": [{"path": "patch.yaml"}]},
    {"patches": [{"patch": OPERATION, "target": RELEASE}]},
    {"patches": [{"patch": '[{"op": "remove", "path": "/spec/interval"}]', "target": RELEASE}]},
    {"patches": [{"patch": OPERATION, "target": {"kind": "Helm.*", "name": "docker-registry"}}]},
    {"patches": [{"patch": NAMED + "spec: {interval: 5m}"}]},
    {"patches": [{"patch": "kind: X\nmetadata: {name: x}\nspec: {interval: 5m}", "target": RELEASE}]},
]
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"resources": ["a.yaml"]}, "resources[0]", '"a.yaml" does not exist'),
    ({"resources": ["map.yaml", "no/b.yaml"]}, "resources[1]", '"no/b.yaml" does not exist'),
    ({"resources": ["directory"]}, "resources[0]", "is a directory without a kustomization.yaml"),
    ({"resources": ["component"]}, "resources[0]", "is a component: name it in kustomization.components"),
    ({"resources": ["values.yaml"]}, "resources[0]", "holds no object of Kubernetes"),
    ({"components": ["absent"]}, "components[0]", "does not exist"),
    ({"components": ["map.yaml"]}, "components[0]", "is a file, and a component is a directory"),
    ({"components": ["directory"]}, "components[0]", "is a directory without a kustomization.yaml"),
    ({"components": ["base"]}, "components[0]", "is no component"),
    ({"patches": [{"path": "absent.yaml"}]}, "patches[0].path", "does not exist"),
    ({"patches": [{"path": "directory"}]}, "patches[0].path", "is a directory"),
    ({"patches": [{"path": "no-patch.yaml"}]}, "patches[0].path", "needs apiVersion and kind and metadata.name"),
    ({"patches": [{"patch": "hello"}]}, "patches[0].patch", "this is no patch"),
    ({"patches": [{"patch": "a: [", "target": RELEASE}]}, "patches[0].patch", "this patch is not YAML"),
    ({"patches": [{"patch": "spec: {}", "target": RELEASE}]}, "patches[0].patch", "needs kind and metadata.name"),
    (
        {"patches": [{"patch": "[{op: remove, path: /a}]", "target": RELEASE}]},
        "patches[0].patch",
        "as JSON, which this",
    ),
    ({"patches": [{"patch": "- a", "target": RELEASE}]}, "patches[0].patch", "entry 0 is no operation"),
    (
        {"patches": [{"patch": "- {op: set, path: /a, value: 1}", "target": RELEASE}]},
        "patches[0].patch",
        "its op must be one of add, replace",
    ),
    (
        {"patches": [{"patch": "- {op: move, path: /a}", "target": RELEASE}]},
        "patches[0].patch",
        "entry 0 needs from, because its op is move",
    ),
]
SILENT: list[tuple[dict[str, Any], str, str]] = [
    (
        {"patches": [{"patch": "- {op: add, path: spec/a, value: 1}", "target": RELEASE}]},
        "patches[0].patch",
        'the path of entry 0 must begin with "/"',
    ),
    (
        {"patches": [{"patch": "- {op: add, path: /a}", "target": RELEASE}]},
        "patches[0].patch",
        "entry 0 needs value, because its op is add",
    ),
    (
        {"patches": [{"patch": OPERATION, "target": {"kind": "Deployment"}}]},
        "patches[0].target",
        "selects none of the objects of the output directory, which are Namespace, OCIRepository, HelmRelease",
    ),
    ({"patches": [{"patch": OPERATION, "target": {"name": "registry"}}]}, "patches[0].target", "selects none"),
]
"""What kustomize builds without a word, and not as it was meant."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def deployment(kustomization: dict[str, Any]) -> RegistryDeployment:
    return RegistryDeployment.model_validate({**SOURCE, "kustomization": kustomization})


def builds(tool: Callable[[str], Path], folder: Path, kustomization: dict[str, Any]) -> bool:
    write_tree(render(deployment(kustomization)), folder)
    done = subprocess.run([tool("kustomize"), "build", folder], capture_output=True, text=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("kustomization", GOOD)
def test_what_kustomize_builds_has_no_finding(
    folder: Path, tool: Callable[[str], Path], kustomization: dict[str, Any]
) -> None:
    assert check_deployment(deployment(kustomization), folder)[0] == ()
    assert builds(tool, folder, kustomization)


@pytest.mark.parametrize(("kustomization", "key", "message"), [*BAD, *SILENT])
def test_finding_has_its_key_and_a_remedy(folder: Path, kustomization: dict[str, Any], key: str, message: str) -> None:
    (finding,) = check_deployment(deployment(kustomization), folder)[0]
    assert finding.location.key == f"kustomization.{key}"
    assert message in finding.message


@pytest.mark.parametrize("kustomization", [kustomization for kustomization, _, _ in BAD])
def test_what_is_found_is_refused_by_kustomize(
    folder: Path, tool: Callable[[str], Path], kustomization: dict[str, Any]
) -> None:
    assert not builds(tool, folder, kustomization)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/map.yaml",
        "https://github.com/example/apps//registry?ref=v1",
        "github.com/example/apps/registry?ref=v1",
        "git@github.com:example/apps.git//registry",
        "git::https://example.com/apps//registry",
        "ssh://git@example.com/apps.git",
        "example.com/apps.git//registry?ref=main",
    ],
)
def test_url_is_not_looked_for_in_the_directory(tmp_path: Path, url: str) -> None:
    for options in ({"resources": [url]}, {"components": [url]}, {"patches": [{"path": url}]}):
        assert check_deployment(deployment(options), tmp_path)[0] == ()


def test_nothing_is_known_of_files_without_a_directory() -> None:
    assert lint(deployment({"resources": ["a.yaml"], "patches": [{"path": "b.yaml"}]})) == ()


def test_patch_of_a_post_renderer_is_checked_too(tmp_path: Path) -> None:
    patches = [{"patch": OPERATION, "target": {"kind": "Deployment"}}, {"patch": "replicas: 2"}]
    config = {**SOURCE, "release": {"postRenderers": [{"kustomize": {"patches": patches}}]}}
    (finding,) = check_deployment(RegistryDeployment.model_validate(config), tmp_path)[0]
    assert finding.location.key == "release.postRenderers[0].kustomize.patches[1].patch"


def test_target_can_select_what_is_in_files_of_the_user(folder: Path) -> None:
    patch = {"patch": OPERATION, "target": {"kind": "ConfigMap"}}
    assert check_deployment(deployment({"resources": ["map.yaml"], "patches": [patch]}), folder)[0] == ()


def test_text_of_a_patch_is_not_repeated(tmp_path: Path) -> None:
    findings = check_deployment(deployment({"patches": [{"patch": "password: hunter2"}]}), tmp_path)[0]
    assert "hunter2" not in f"{findings}"

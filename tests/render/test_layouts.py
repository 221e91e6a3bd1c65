"""Layouts of repositories, as kustomize builds them: a namespace of a parent, a shared one, a release beside Flux."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render import render, write_tree

Tool = Callable[[str], Path]

SOURCE = {"source": {"type": "oci", "url": "oci://ghcr.io/example/charts/docker-registry"}}
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "media"}}
MEDIA = {"name": "media", "inherit": True}


def build(tool: Tool, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tool("kustomize"), "build", folder], capture_output=True, text=True, check=False)


def write_parent(folder: Path, *resources: str) -> None:
    """As `kubernetes/apps/media` of many home clusters: it has the Namespace, and moves all objects into it."""
    (folder / "namespace.yaml").write_text(yaml.safe_dump(NAMESPACE))
    parent = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "media",
        "resources": ["namespace.yaml", *resources],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(parent))


def test_objects_inherit_the_namespace_of_a_parent(tmp_path: Path, tool: Tool) -> None:
    write_tree(render(RegistryDeployment.model_validate({**SOURCE, "namespace": MEDIA})), tmp_path / "registry")
    write_parent(tmp_path, "registry")
    done = build(tool, tmp_path)
    assert done.returncode == 0, done.stderr
    found = {each["kind"]: each["metadata"] for each in yaml.safe_load_all(done.stdout)}
    assert found.keys() == {"Namespace", "OCIRepository", "HelmRelease"}
    assert found["HelmRelease"]["namespace"] == found["OCIRepository"]["namespace"] == "media"


def test_two_files_of_one_namespace_are_what_inherit_avoids(tmp_path: Path, tool: Tool) -> None:
    write_tree(render(RegistryDeployment.model_validate({**SOURCE, "namespace": "media"})), tmp_path / "registry")
    write_parent(tmp_path, "registry")
    assert "Namespace" in build(tool, tmp_path).stderr


@pytest.mark.parametrize("source", [{}, SOURCE, {"source": {"type": "helm", "url": "oci://example.com/charts"}}])
def test_inherited_namespace_is_on_the_page_and_in_no_object(source: dict[str, Any]) -> None:
    tree = render(RegistryDeployment.model_validate({**source, "namespace": MEDIA}))
    objects = [yaml.safe_load(text) for path, text in tree.items() if path.endswith(".yaml") and "/" not in path]
    assert all("namespace" not in each.get("metadata", {}) for each in objects)
    assert "Namespace" not in {each["kind"] for each in objects}
    page = tree["README.md"]
    assert "kubectl get helmrelease -n media" in page
    assert "kubectl get pods -n media" in page
    assert "- **Namespace:** `media`. The files do not name it" in page
    assert re.search(r"\| Namespace `media` +\| +\| the objects of this directory \|", page)


def test_release_beside_flux_has_the_namespace_of_its_target() -> None:
    release = {"targetNamespace": "images", "storageNamespace": "images"}
    deployment = RegistryDeployment.model_validate({**SOURCE, "namespace": "flux-system", "release": release})
    tree = render(deployment)
    namespace, helm_release = (yaml.safe_load(tree[path]) for path in ("namespace.yaml", "helmrelease.yaml"))
    assert namespace["metadata"]["name"] == "images"
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert namespace["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"] == "disabled"
    assert helm_release["metadata"]["namespace"] == "flux-system"
    assert helm_release["spec"]["targetNamespace"] == "images"
    page = tree["README.md"]
    for command in (
        "kubectl get helmrelease -n flux-system",
        "kubectl get pods -n images",
        "kubectl delete namespace images",
        "kubectl get all,configmap,secret,pvc,ingress -n images",
        "helm test images-docker-registry -n images",
    ):
        assert command in page
    assert "kubectl delete namespace flux-system" not in page
    assert "The Namespace `images` admits only Pods of the Pod Security level `restricted`" in page


def test_labels_and_annotations_of_the_user_are_rendered() -> None:
    namespace = {
        "podSecurity": "baseline",
        "labels": {"team": "a", "pod-security.kubernetes.io/warn": "restricted"},
        "annotations": {"owner": "a"},
    }
    tree = render(RegistryDeployment.model_validate({"namespace": namespace}))
    metadata = yaml.safe_load(tree["namespace.yaml"])["metadata"]
    assert metadata["labels"] == {
        "pod-security.kubernetes.io/enforce": "baseline",
        "pod-security.kubernetes.io/audit": "baseline",
        "pod-security.kubernetes.io/warn": "restricted",
        "team": "a",
    }
    assert metadata["annotations"] == {
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
        "kustomize.toolkit.fluxcd.io/ssa": "Merge",
        "owner": "a",
    }


def test_system_namespace_that_is_asked_for_has_no_labels_of_ours() -> None:
    namespace = {"name": "default", "create": True, "labels": {"team": "a"}}
    tree = render(RegistryDeployment.model_validate({"namespace": namespace}))
    assert yaml.safe_load(tree["namespace.yaml"])["metadata"] == {
        "name": "default",
        "labels": {"team": "a"},
        "annotations": {
            "kustomize.toolkit.fluxcd.io/prune": "disabled",
            "kustomize.toolkit.fluxcd.io/ssa": "Merge",
        },
    }


def test_namespace_that_another_directory_has_is_listed_as_needed() -> None:
    tree = render(RegistryDeployment.model_validate({**SOURCE, "namespace": {"name": "shared", "create": False}}))
    assert "namespace.yaml" not in tree
    assert yaml.safe_load(tree["helmrelease.yaml"])["metadata"]["namespace"] == "shared"
    assert re.search(r"\| Namespace `shared` +\| +\| the objects of this directory \|", tree["README.md"])
    assert "The Namespace `shared` is not part of this folder, and stays as it is" in tree["README.md"]


def test_variables_of_flux_stay_in_the_namespace() -> None:
    release = {"targetNamespace": "${TARGET:=media}", "timeout": "${WAIT}"}
    namespace = {"name": "${HOME}", "podSecurity": "${LEVEL:=baseline}", "labels": {"team": "${TEAM:=a}"}}
    metadata = yaml.safe_load(
        render(RegistryDeployment.model_validate({"namespace": namespace, "release": release}))["namespace.yaml"]
    )["metadata"]
    assert metadata["name"].startswith("${TARGET:=media}")
    assert metadata["labels"]["pod-security.kubernetes.io/enforce"].startswith("${LEVEL:=baseline}")
    assert metadata["labels"]["team"].startswith("${TEAM:=a}")

"""A deployment becomes the same folder everywhere, and it holds what the user said and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.deployment import GitSource, HelmSource, OCISource, RegistryDeployment
from registry_gitops.manifests import HelmReleaseOptions
from registry_gitops.render import format_stream, render
from registry_gitops.values import Persistence, RegistryValues

OCI = OCISource(url="oci://ghcr.io/example/charts/docker-registry")


def objects(deployment: RegistryDeployment) -> dict[str, Any]:
    return {
        path: yaml.safe_load(text)
        for path, text in render(deployment).items()
        if path.endswith(".yaml") and "/" not in path
    }


@pytest.mark.parametrize(
    ("source", "files"),
    [
        (GitSource(path="apps/registry"), ["namespace.yaml", "helmrelease.yaml"]),
        (HelmSource(), ["namespace.yaml", "helmrepository.yaml", "helmrelease.yaml"]),
        (OCI, ["namespace.yaml", "ocirepository.yaml", "helmrelease.yaml"]),
    ],
)
def test_each_source_has_its_files_and_the_kustomization_lists_them(source: Any, files: list[str]) -> None:
    tree = render(RegistryDeployment(source=source))
    assert [path for path in tree if not path.startswith("chart/")] == [*files, "kustomization.yaml", "README.md"]
    assert yaml.safe_load(tree["kustomization.yaml"])["resources"] == files
    assert ("chart/Chart.yaml" in tree) == isinstance(source, GitSource)


def test_the_documented_source_gives_the_documented_objects() -> None:
    found = objects(RegistryDeployment(source=HelmSource()))
    assert found["helmrepository.yaml"]["spec"] == {"type": "oci", "url": "oci://registry-1.docker.io/bitnamicharts"}
    assert found["helmrelease.yaml"]["spec"] == {
        "chart": {
            "spec": {"chart": "docker-registry", "sourceRef": {"kind": "HelmRepository", "name": "docker-registry"}}
        },
        "interval": "10m",
    }
    assert found["namespace.yaml"]["metadata"]["labels"] == dict.fromkeys(
        (f"pod-security.kubernetes.io/{mode}" for mode in ("enforce", "audit", "warn")), "restricted"
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"persistence": {"resourcePolicy": ""}},
        {"persistence": {"enabled": False}},
        {"configuration": {"storage": {"s3": {"region": "eu-central-1", "bucket": "b"}}}},
    ],
)
def test_namespace_is_never_pruned_and_keeps_what_others_have_set(values: dict[str, Any]) -> None:
    deployment = RegistryDeployment.model_validate({"values": values})
    assert objects(deployment)["namespace.yaml"]["metadata"]["annotations"] == {
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
        "kustomize.toolkit.fluxcd.io/ssa": "Merge",
    }
    page = render(deployment)["README.md"]
    assert "The Namespace `docker-registry` stays" in page
    assert "kubectl delete namespace docker-registry" in page


def test_namespace_is_pruned_if_the_config_file_asks_for_it() -> None:
    deployment = RegistryDeployment.model_validate({"namespace": {"prune": True}})
    metadata = objects(deployment)["namespace.yaml"]["metadata"]
    assert metadata["annotations"] == {"kustomize.toolkit.fluxcd.io/ssa": "Merge"}
    page = render(deployment)["README.md"]
    assert "**The Namespace `docker-registry` is deleted too, with everything in it**" in page
    assert "**The claim `docker-registry` is deleted with the Namespace**" in page
    assert "stays, with all images" not in page


def test_claim_in_another_cluster_outlives_the_namespace_that_is_pruned() -> None:
    release = {"targetNamespace": "images", "kubeConfig": {"secretRef": {"name": "other"}}}
    page = render(RegistryDeployment.model_validate({"namespace": {"prune": True}, "release": release}))["README.md"]
    assert "in `images` stays, with all images" in page
    assert "The Namespace `images` is not part of this folder, and stays as it is" in page
    assert "**The Namespace `docker-registry` is deleted too, with everything in it**" in page


@pytest.mark.parametrize(("value", "pruned"), [("enabled", True), ("disabled", False)])
def test_annotation_for_all_objects_decides_whether_the_namespace_is_pruned(value: str, pruned: bool) -> None:
    options = {"commonAnnotations": {"kustomize.toolkit.fluxcd.io/prune": value}}
    config = {"namespace": {"prune": True}, "kustomization": options}
    page = render(RegistryDeployment.model_validate(config))["README.md"]
    assert ("`kustomization.commonAnnotations` asks for it" in page) is pruned
    assert ("The Namespace `docker-registry` stays" in page) is not pruned


@pytest.mark.parametrize("namespace", ["default", "flux-system", "kube-system", "kube-public", "kube-anything"])
def test_system_namespace_is_not_rendered_and_the_page_claims_nothing_of_it(namespace: str) -> None:
    tree = render(RegistryDeployment(namespace=namespace))
    assert "namespace.yaml" not in tree
    assert "namespace.yaml" not in tree["kustomization.yaml"]
    assert not any("kind: Namespace" in text for path, text in tree.items() if path.endswith(".yaml"))
    page = tree["README.md"]
    assert "namespace.yaml" not in page
    assert "pod-security.kubernetes.io" not in page
    assert "admits only" not in page
    assert "kubectl delete namespace" not in page
    assert f"The Namespace `{namespace}` is not part of this folder" in page


@pytest.mark.parametrize("namespace", ["defaults", "kubernetes", "kube", "flux", "my-flux-system"])
def test_namespace_that_resembles_a_system_namespace_is_rendered(namespace: str) -> None:
    assert "namespace.yaml" in render(RegistryDeployment(namespace=namespace))


def test_a_vendored_chart_is_named_by_its_path_in_the_repository() -> None:
    spec = objects(RegistryDeployment(source=GitSource(path="apps/registry")))["helmrelease.yaml"]["spec"]["chart"][
        "spec"
    ]
    assert spec["chart"] == "./apps/registry/chart"
    assert spec["sourceRef"] == {"kind": "GitRepository", "name": "flux-system", "namespace": "flux-system"}


def test_an_oci_chart_is_copied_as_flux_needs_it() -> None:
    found = objects(RegistryDeployment(source=OCI))
    assert found["ocirepository.yaml"]["spec"]["layerSelector"] == {
        "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        "operation": "copy",
    }
    assert found["helmrelease.yaml"]["spec"]["chartRef"] == {"kind": "OCIRepository", "name": "docker-registry"}


def test_what_the_user_did_not_write_is_not_rendered() -> None:
    values = RegistryValues(persistence=Persistence(size="50Gi"))
    spec = objects(RegistryDeployment(source=OCI, values=values))["helmrelease.yaml"]["spec"]
    assert spec["values"] == {"persistence": {"size": "50Gi"}}
    assert "values" not in objects(RegistryDeployment(source=OCI))["helmrelease.yaml"]["spec"]


def test_null_in_the_values_is_rendered_because_it_removes_a_default() -> None:
    values = RegistryValues.model_validate({"resources": {"limits": {"cpu": None}}})
    spec = objects(RegistryDeployment(values=values))["helmrelease.yaml"]["spec"]
    assert spec["values"] == {"resources": {"limits": {"cpu": None}}}


def test_the_keys_of_a_release_stand_in_the_order_of_the_flux_docs() -> None:
    release = HelmReleaseOptions.model_validate(
        {"driftDetection": {"mode": "enabled"}, "install": {"strategy": {"name": "RetryOnFailure"}}, "interval": "5m"}
    )
    text = render(RegistryDeployment(release=release, values=RegistryValues(replica_count=1)))["helmrelease.yaml"]
    keys = ["chart:", "interval:", "install:", "driftDetection:", "values:"]
    assert sorted(keys, key=lambda key: text.index(f"\n  {key}")) == keys


def test_a_users_own_files_are_listed_after_ours() -> None:
    deployment = RegistryDeployment.model_validate({"kustomization": {"resources": ["secret.sops.yaml"]}})
    assert objects(deployment)["kustomization.yaml"]["resources"] == [
        "namespace.yaml",
        "helmrelease.yaml",
        "secret.sops.yaml",
    ]


def test_the_stream_holds_the_objects_and_no_kustomization() -> None:
    kinds = [
        each["kind"] for each in yaml.safe_load_all(format_stream(render(RegistryDeployment(source=HelmSource()))))
    ]
    assert kinds == ["Namespace", "HelmRepository", "HelmRelease"]


def test_two_deployments_share_nothing() -> None:
    first = render(RegistryDeployment(name="a", source=OCI))
    assert render(RegistryDeployment(name="b", source=OCI))["helmrelease.yaml"] != first["helmrelease.yaml"]
    assert render(RegistryDeployment(name="a", source=OCI)) == first


PROGRAM = """
import sys
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render import render
values = {"commonLabels": {"b": "I".lower(), "a": "I"}, "podAnnotations": {"town": "Z\\u00fcrich"}}
deployment = RegistryDeployment.model_validate({"values": values})
sys.stdout.buffer.write(repr(render(deployment)).encode())
"""


def test_the_bytes_depend_on_no_hash_seed_no_locale_and_no_zone(tmp_path: Path) -> None:
    environments = [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "3", "LANG": "C", "TZ": "Asia/Tokyo", "PYTHONUTF8": "0"},
    ]
    found = {
        subprocess.run([sys.executable, "-c", PROGRAM], env=each, cwd=tmp_path, check=True, capture_output=True).stdout
        for each in environments
    }
    assert len(found) == 1
    assert "Zürich" in found.pop().decode()

"""What a claim that exists cannot become is refused, by comparison with the files that were rendered before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render import check_deployment, deploy

OCI = {"source": {"type": "oci", "url": "oci://ghcr.io/example/charts/docker-registry"}}
ALLOW = ("claim-change",)


def deployment(persistence: dict[str, Any], **config: Any) -> RegistryDeployment:
    values = {"persistence": persistence, **config.pop("values", {})}
    return RegistryDeployment.model_validate({**OCI, **config, "values": values})


def found(folder: Path, after: RegistryDeployment) -> list[tuple[str, str]]:
    findings, _ = check_deployment(after, folder)
    return [(finding.location.key, finding.message) for finding in findings if finding.id in ALLOW]


@pytest.mark.parametrize(
    ("before", "after", "key", "message"),
    [
        (
            {},
            {"accessModes": ["ReadWriteMany"]},
            "accessModes",
            "the access modes were [ReadWriteOnce], and an existing",
        ),
        ({}, {"storageClass": "fast"}, "storageClass", "the StorageClass was the default of the cluster, and"),
        ({"storageClass": "fast"}, {}, "storageClass", "the StorageClass was fast, and"),
        ({}, {"size": "5Gi"}, "size", "the size was 10Gi, and an existing claim cannot shrink: restore it"),
        ({"size": "1Ti"}, {"size": "1000Gi"}, "size", "the size was 1Ti"),
    ],
)
def test_change_that_kubernetes_refuses_is_an_error(
    tmp_path: Path, before: dict[str, Any], after: dict[str, Any], key: str, message: str
) -> None:
    deploy(deployment(before), tmp_path)
    ((where, said),) = found(tmp_path, deployment(after))
    assert where == f"values.persistence.{key}"
    assert said.startswith(message)
    assert "copy the images of docker-registry to it, and set persistence.existingClaim to its name" in said
    deploy(deployment(after), tmp_path, allow=ALLOW)
    assert found(tmp_path, deployment(after)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({}, {"size": "20Gi"}),
        ({"size": "1Gi"}, {"size": "1024Mi"}),
        (
            {"accessModes": ["ReadWriteMany", "ReadOnlyMany"]},
            {"accessModes": ["ReadOnlyMany", "ReadWriteMany"]},
        ),
        ({}, {"existingClaim": "images", "accessModes": ["ReadWriteMany"], "size": "1Gi"}),
        ({"existingClaim": "images"}, {"size": "1Gi"}),
        ({}, {"enabled": False}),
    ],
)
def test_change_that_works_is_none(tmp_path: Path, before: dict[str, Any], after: dict[str, Any]) -> None:
    deploy(deployment(before), tmp_path)
    assert found(tmp_path, deployment(after)) == []


@pytest.mark.parametrize(
    "config",
    [
        {"name": "other"},
        {"namespace": "other"},
        {"release": {"targetNamespace": "other"}},
        {"release": {"releaseName": "other"}},
        {"values": {"fullnameOverride": "other"}},
    ],
)
def test_claim_of_another_name_is_another_claim(tmp_path: Path, config: dict[str, Any]) -> None:
    deploy(deployment({}), tmp_path)
    assert found(tmp_path, deployment({"size": "1Gi"}, **config)) == []


def test_namespace_that_is_inherited_is_the_same(tmp_path: Path) -> None:
    media = {"namespace": {"name": "media", "inherit": True}}
    deploy(deployment({}, **media), tmp_path)
    assert len(found(tmp_path, deployment({"size": "1Gi"}, **media))) == 1


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "- a", "kind: HelmRelease", "metadata: {name: x}\nspec: {values: {persistence: {size: 1}}}", "\0"],
)
def test_file_that_nobody_can_compare_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "helmrelease.yaml").write_text(text)
    assert found(tmp_path, deployment({"size": "1Gi"})) == []


def test_size_that_flux_substitutes_is_not_compared(tmp_path: Path) -> None:
    deploy(deployment({"size": "${SIZE:=20Gi}"}), tmp_path)
    assert found(tmp_path, deployment({"size": "1Gi"})) == []
    deploy(deployment({"size": "20Gi"}), tmp_path)
    assert found(tmp_path, deployment({"size": "${SIZE}"})) == []
    assert len(found(tmp_path, deployment({"size": "${SIZE:=1Gi}"}))) == 1

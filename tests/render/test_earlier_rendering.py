"""What was rendered is read back, as far as rules compare it."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.render import EARLIER_FILES, parse_earlier_rendering, render

CONFIGS: tuple[dict[str, Any], ...] = (
    {},
    {"name": "images", "namespace": {"name": "media", "prune": True}},
    {"namespace": {"name": "media", "create": False}},
    {"namespace": {"name": "media", "inherit": True}},
    {
        "namespace": {"name": "media"},
        "kustomization": {"commonAnnotations": {"kustomize.toolkit.fluxcd.io/prune": "x"}},
    },
    {"namespace": "flux-system", "release": {"targetNamespace": "media", "storageNamespace": "media"}},
    {"release": {"releaseName": "images", "install": {"createNamespace": True}, "targetNamespace": "media"}},
    {"release": {"kubeConfig": {"secretRef": {"name": "cluster-b"}}}},
    {"release": {"valuesFrom": [{"kind": "Secret", "name": "more", "targetPath": "storage.s3.bucket"}]}},
    {"values": {"nameOverride": "images", "persistence": {"size": "5Gi", "accessModes": ["ReadWriteMany"]}}},
    {"values": {"fullnameOverride": "images", "persistence": {"existingClaim": "data"}}},
    {"values": {"persistence": {"enabled": False}}},
    {"values": {"storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-1"}}}},
    {"values": {"configuration": {"storage": {"filesystem": {"rootdirectory": "/var/lib/registry/a"}}}}},
)


@pytest.mark.parametrize("config", CONFIGS)
def test_names_namespace_and_storage_are_read_back(config: dict[str, Any]) -> None:
    deployment = RegistryDeployment.model_validate(config)
    files = render(deployment)
    earlier = parse_earlier_rendering({name: files[name] for name in EARLIER_FILES if name in files}, deployment)
    assert earlier is not None
    before, now = DeploymentFacts(earlier), DeploymentFacts(deployment)
    for part in ("names", "namespace", "storage"):
        assert vars(getattr(before, part)) == vars(getattr(now, part)), part
    assert earlier.release.kube_config == deployment.release.kube_config


def test_values_of_another_version_do_not_hide_what_is_compared() -> None:
    deployment = RegistryDeployment.model_validate({"values": {"persistence": {"size": "5Gi"}}})
    text = render(deployment)["helmrelease.yaml"].replace("persistence:", "noLongerKnown: 1\n    persistence:")
    earlier = parse_earlier_rendering({"helmrelease.yaml": text}, deployment)
    assert earlier is not None
    assert earlier.values.persistence.size == "5Gi"


@pytest.mark.parametrize(
    "text", ["", "a: [", "- a", "kind: HelmRelease", "<<<<<<< HEAD\n", "\0", "metadata: 1\nspec: 2"]
)
@pytest.mark.parametrize("name", ["helmrelease.yaml", "namespace.yaml"])
def test_file_that_cannot_be_read_is_not_compared(name: str, text: str) -> None:
    deployment = RegistryDeployment()
    assert parse_earlier_rendering({**render(deployment), name: text}, deployment) is None


def test_nothing_is_read_where_nothing_was_rendered() -> None:
    assert parse_earlier_rendering({}, RegistryDeployment()) is None

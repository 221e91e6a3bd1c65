"""The objects that Flux creates, and those that must exist besides. Those of the chart: see test_against_the_chart."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts, Need, ObjectReference, Purpose
from tests.facts.deployments import facts_of

HERE = "docker-registry"
SECRETS = {
    "secretRef": {"name": "login"},
    "certSecretRef": {"name": "ca"},
    "verify": {"provider": "cosign", "secretRef": {"name": "keys"}},
}


def facts(config: dict[str, Any]) -> DeploymentFacts:
    return DeploymentFacts(RegistryDeployment.model_validate(config))


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ({"type": "git"}, ["Namespace", "HelmRelease"]),
        ({"type": "helm"}, ["Namespace", "HelmRepository", "HelmRelease"]),
        ({"type": "oci", "url": "oci://ghcr.io/e/docker-registry"}, ["Namespace", "OCIRepository", "HelmRelease"]),
    ],
)
def test_flux_objects_are_those_of_the_output_directory(source: dict[str, str], kinds: list[str]) -> None:
    found = facts({"name": "images", "source": source}).flux_objects
    assert [reference.kind for reference in found] == kinds
    assert found[0] == ObjectReference("Namespace", HERE, "")
    assert set(found[1:]) == {ObjectReference(kind, "images", HERE) for kind in kinds[1:]}


def test_system_namespace_is_no_object_of_ours() -> None:
    assert facts({"namespace": "flux-system"}).flux_objects == (
        ObjectReference("HelmRelease", "docker-registry", "flux-system"),
    )


def test_chart_from_git_needs_the_repository_and_nothing_else() -> None:
    assert facts_of("defaults").needs == (Need("GitRepository", "flux-system", "flux-system", Purpose.CHART),)


def test_secrets_of_the_source_are_needed_next_to_it() -> None:
    source = {"type": "oci", "url": "oci://ghcr.io/e/docker-registry", **SECRETS}
    assert facts({"source": source, "release": {"valuesFrom": [{"kind": "ConfigMap", "name": "more"}]}}).needs == (
        Need("Secret", "login", HERE, Purpose.CHART_CREDENTIALS),
        Need("Secret", "ca", HERE, Purpose.CHART_CERTIFICATES),
        Need("Secret", "keys", HERE, Purpose.CHART_SIGNERS),
        Need("ConfigMap", "more", HERE, Purpose.MORE_VALUES),
    )


@pytest.mark.parametrize(
    ("config", "needs"),
    [
        ({}, []),
        ({"namespace": "default"}, []),
        ({"namespace": {"create": False}}, [(HERE, Purpose.HOME)]),
        ({"namespace": {"inherit": True}}, [(HERE, Purpose.HOME)]),
        ({"release": {"targetNamespace": "shared"}}, [(HERE, Purpose.HOME)]),
        ({"namespace": "flux-system", "release": {"targetNamespace": "shared"}}, []),
        (
            {"namespace": {"create": False}, "release": {"targetNamespace": "shared"}},
            [(HERE, Purpose.HOME), ("shared", Purpose.TARGET)],
        ),
        ({"release": {"targetNamespace": "shared", "install": {"createNamespace": True}}}, []),
        ({"release": {"kubeConfig": {"secretRef": {"name": "other"}}}}, [(HERE, Purpose.TARGET)]),
        (
            {"release": {"kubeConfig": {"secretRef": {"name": "other"}}, "targetNamespace": "shared"}},
            [("shared", Purpose.TARGET)],
        ),
    ],
)
def test_namespaces_are_needed_that_nothing_here_creates(
    config: dict[str, Any], needs: list[tuple[str, Purpose]]
) -> None:
    found = [(need.name, need.purpose) for need in facts(config).needs if need.kind == "Namespace"]
    assert found == needs


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("load balancer with a login", [Need("Secret", "users", HERE, Purpose.USERS, "file")]),
        ("existing claim", [Need("PersistentVolumeClaim", "images", HERE, Purpose.IMAGES)]),
        ("claim that goes", [Need("StorageClass", "fast", "", Purpose.VOLUME)]),
        (
            "any host with TLS",
            [
                Need("Secret", "all", HERE, Purpose.EXTRA_CERTIFICATE),
                Need("IngressClass", "traefik", "", Purpose.INGRESS_CLASS),
            ],
        ),
        (
            "gateway",
            [
                Need("Gateway", "public", "gateways", Purpose.GATEWAY),
                Need("Gateway", "own", HERE, Purpose.GATEWAY),
            ],
        ),
        (
            "volumes",
            [
                Need("Secret", "keys", HERE, Purpose.EXTRA_VOLUME),
                Need("ConfigMap", "settings", HERE, Purpose.EXTRA_VOLUME),
                Need("PersistentVolumeClaim", "mirror", HERE, Purpose.EXTRA_VOLUME),
                Need("Secret", "vault", HERE, Purpose.EXTRA_VOLUME),
                Need("Secret", "client", HERE, Purpose.EXTRA_VOLUME),
            ],
        ),
        (
            "sidecars",
            [
                Need("PriorityClass", "images", "", Purpose.PRIORITY),
                Need("RuntimeClass", "gvisor", "", Purpose.RUNTIME),
                Need("Secret", "first", HERE, Purpose.INIT_CONTAINER, "a", "A"),
                Need("Secret", "second", HERE, Purpose.SIDECAR),
            ],
        ),
        (
            "s3",
            [
                Need("Secret", "uploads", HERE, Purpose.UPLOADS, "http-secret"),
                Need("Secret", "s3", HERE, Purpose.ENVIRONMENT_SECRET),
                Need("ConfigMap", "settings", HERE, Purpose.ENVIRONMENT_CONFIG_MAP),
            ],
        ),
        (
            "variables",
            [
                Need("Secret", "secret", HERE, Purpose.VARIABLE, "b", "B"),
                Need("ConfigMap", "map", HERE, Purpose.VARIABLE, "c", "C"),
                Need("Secret", "pull", HERE, Purpose.IMAGE_CREDENTIALS),
            ],
        ),
        (
            "wildcard host",
            [
                Need("Secret", "wildcard.example.com-tls", HERE, Purpose.CERTIFICATE),
                Need("Secret", "org", HERE, Purpose.EXTRA_CERTIFICATE),
            ],
        ),
    ],
)
def test_needs_name_the_key_of_the_config_file_that_asks(name: str, needs: list[Need]) -> None:
    git, *found = facts_of(name).needs
    assert git.purpose is Purpose.CHART
    assert found == needs


def test_object_that_is_needed_twice_for_one_purpose_is_listed_once() -> None:
    tls = {"secretName": "same"}
    found = facts({"values": {"ingress": {"enabled": True, "extraTls": [tls, tls]}}}).needs
    assert [need.name for need in found] == ["flux-system", "same"]


@pytest.mark.parametrize("purpose", Purpose)
def test_environment_is_what_the_kubelet_reads_before_it_creates_the_container(purpose: Purpose) -> None:
    environment = (
        "UPLOADS UPSTREAM_CREDENTIALS STORAGE_S3 STORAGE_AZURE CACHE ENVIRONMENT_SECRET ENVIRONMENT_CONFIG_MAP "
        "VARIABLE INIT_CONTAINER SIDECAR"
    )
    assert purpose.is_environment == (purpose.name in environment.split())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "bucket for many Pods",
            {("keys", "access-key"), ("keys", "secret-key"), ("redis", "redis-password"), ("uploads", "http-secret")},
        ),
        ("bucket with a key file", {("key", "key.json")}),
        ("container with a key", {("key", "account-key")}),
    ],
)
def test_storage_and_cache_need_the_keys_of_their_secrets(name: str, expected: set[tuple[str, str]]) -> None:
    assert {(need.name, need.key) for need in facts_of(name).needs if need.kind == "Secret"} == expected


def test_access_to_another_cluster_is_needed_next_to_the_release() -> None:
    need = Need("Secret", "edge", HERE, Purpose.OTHER_CLUSTER, "value")
    assert need in facts_of("another cluster").needs


def test_classes_of_the_system_are_always_there() -> None:
    found = facts({"values": {"priorityClassName": "system-cluster-critical"}}).needs
    assert [need.kind for need in found] == ["GitRepository"]


@pytest.mark.parametrize(
    ("metadata", "is_needed"),
    [({}, False), ({"namespace": HERE}, False), ({"namespace": "elsewhere"}, True)],
)
def test_object_that_the_release_contains_is_not_needed(metadata: dict[str, str], is_needed: bool) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", **metadata}}
    values = {
        "extraVolumes": [{"name": "a", "secret": {"secretName": "keys"}}],
        "extraDeploy": [secret],
    }
    assert ("keys" in {need.name for need in facts({"values": values}).needs}) == is_needed

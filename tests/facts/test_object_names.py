"""Names follow helm-controller and the chart."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.deployment import PRUNE_ANNOTATION, RegistryDeployment
from registry_gitops.facts import NamespaceFacts, ObjectNames
from registry_gitops.manifests import HelmReleaseOptions
from registry_gitops.values import RegistryValues
from tests.facts.deployments import true_facts


def names(name: str = "docker-registry", release: HelmReleaseOptions | None = None, **values: Any) -> ObjectNames:
    options = release or HelmReleaseOptions()
    return ObjectNames(RegistryDeployment(name=name, release=options, values=RegistryValues(**values)))


def test_the_documented_names_hold_by_default() -> None:
    found = names()
    assert (found.release, found.full_name, found.target_namespace) == ("docker-registry",) * 3


@pytest.mark.parametrize(
    ("found", "full_name"),
    [
        (names("images"), "images-docker-registry"),
        (names("my-docker-registry-1"), "my-docker-registry-1"),
        (names(fullname_override="hub"), "hub"),
        (names("images", name_override="hub"), "images-hub"),
        (names("a" * 53), "a" * 53 + "-docker-re"),
        (names("a" * 53, name_override="image-the-9-th"), "a" * 53 + "-image-the"),
        (names("a" * 53, name_override="the-bytes-registry"), "a" * 53 + "-the-bytes"),
        (names("a" * 53, name_override="the-byte-registry"), "a" * 53 + "-the-byte"),
        (names("x", HelmReleaseOptions(release_name="docker-registry")), "docker-registry"),
        (names("x", HelmReleaseOptions(target_namespace="shared")), "shared-x-docker-registry"),
    ],
)
def test_the_objects_are_named_as_the_chart_names_them(found: ObjectNames, full_name: str) -> None:
    assert found.full_name == full_name


def test_a_composed_release_name_that_is_too_long_is_shortened_as_flux_does_it() -> None:
    found = names("a" * 53, HelmReleaseOptions(target_namespace="shared")).release
    assert (len(found), found) == (53, "shared-" + "a" * 33 + "-b37042b16195")


def test_a_target_namespace_is_where_the_registry_runs() -> None:
    assert names(release=HelmReleaseOptions(target_namespace="shared")).target_namespace == "shared"


@pytest.mark.parametrize(
    ("account", "name"),
    [({}, "docker-registry"), ({"name": "pods"}, "pods"), ({"create": False}, "default")],
)
def test_service_account_is_the_charts_own_the_named_or_the_default_one(account: dict[str, Any], name: str) -> None:
    assert names(service_account=account).service_account == name


def test_names_of_secrets_and_the_record_of_helm_follow_the_release() -> None:
    found = names("x", HelmReleaseOptions(storage_namespace="helm"), fullname_override="hub")
    assert (found.htpasswd_secret, found.users_secret) == ("hub-htpasswd", "hub-users")
    assert (found.storage_namespace, found.helm_chart) == ("helm", "docker-registry-x")


RESTRICTED = "is_rendered has_registry limits_pods"
REMOTE = {"kubeConfig": {"secretRef": {"name": "other-cluster"}}}


@pytest.mark.parametrize(
    ("config", "name", "facts"),
    [
        ({}, "docker-registry", f"{RESTRICTED} is_home"),
        ({"namespace": "flux-system"}, "flux-system", "is_home"),
        ({"namespace": {"name": "media"}}, "media", f"{RESTRICTED} is_home"),
        ({"namespace": {"create": False}}, "docker-registry", "is_home"),
        ({"namespace": {"inherit": True}}, "docker-registry", "is_home is_inherited"),
        ({"namespace": {"inherit": True, "create": True}}, "docker-registry", f"{RESTRICTED} is_home is_inherited"),
        ({"namespace": {"name": "default", "create": True}}, "default", "is_rendered has_registry is_home"),
        ({"release": {"targetNamespace": "shared"}}, "shared", RESTRICTED),
        ({"namespace": "flux-system", "release": {"targetNamespace": "shared"}}, "shared", RESTRICTED),
        ({"namespace": "team", "release": {"targetNamespace": "kube-system"}}, "kube-system", ""),
        ({"release": {"targetNamespace": "docker-registry"}}, "docker-registry", f"{RESTRICTED} is_home"),
        (
            {"release": {"targetNamespace": "shared", "install": {"createNamespace": True}}},
            "docker-registry",
            "is_rendered",
        ),
        ({"release": {"install": {"createNamespace": True}}}, "docker-registry", f"{RESTRICTED} is_home"),
        ({"release": REMOTE}, "docker-registry", "is_rendered is_home"),
        ({"release": {**REMOTE, "targetNamespace": "shared"}}, "docker-registry", "is_rendered"),
        (
            {"namespace": {"prune": True}},
            "docker-registry",
            f"{RESTRICTED} is_home is_pruned is_pruned_with_registry",
        ),
        (
            {"namespace": {"prune": True}, "release": REMOTE},
            "docker-registry",
            "is_rendered is_home is_pruned",
        ),
        (
            {
                "namespace": {"prune": True},
                "kustomization": {"commonAnnotations": {PRUNE_ANNOTATION: "disabled"}},
            },
            "docker-registry",
            f"{RESTRICTED} has_prune_annotation is_home",
        ),
        (
            {"kustomization": {"commonAnnotations": {PRUNE_ANNOTATION: "enabled"}}},
            "docker-registry",
            f"{RESTRICTED} is_pruned is_pruned_with_registry has_prune_annotation is_home",
        ),
    ],
)
def test_namespace_is_rendered_pruned_and_restricted_only_if_it_is_ours(
    config: dict[str, Any], name: str, facts: str
) -> None:
    found = NamespaceFacts(RegistryDeployment.model_validate(config))
    assert (found.name, true_facts(found)) == (name, set(facts.split()))


@pytest.mark.parametrize(
    ("namespace", "level", "enforced"),
    [
        ({}, "restricted", "restricted"),
        ({"podSecurity": "baseline"}, "baseline", "baseline"),
        ({"podSecurity": ""}, "", ""),
        ({"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}, "restricted", "privileged"),
        ({"name": "kube-registry", "create": True}, "", ""),
        ({"create": False}, "restricted", ""),
    ],
)
def test_pod_security_level_is_that_of_the_labels_that_are_rendered(
    namespace: dict[str, Any], level: str, enforced: str
) -> None:
    found = NamespaceFacts(RegistryDeployment.model_validate({"namespace": namespace}))
    assert (found.level, found.pod_security) == (level, enforced)

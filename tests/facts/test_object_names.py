"""Names follow helm-controller and the chart."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import PRUNE_ANNOTATION, NamespaceFacts, ObjectNames
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


@pytest.mark.parametrize(
    ("config", "facts"),
    [
        ({}, "is_rendered is_target enforces_restricted"),
        ({"namespace": "flux-system"}, "is_target"),
        ({"namespace": "kube-public", "kustomization": {"pruneNamespace": True}}, "is_target"),
        ({"release": {"targetNamespace": "shared"}}, "is_rendered"),
        ({"release": {"targetNamespace": "docker-registry"}}, "is_rendered is_target enforces_restricted"),
        ({"kustomization": {"pruneNamespace": True}}, "is_rendered is_pruned is_target enforces_restricted"),
        (
            {
                "kustomization": {
                    "pruneNamespace": True,
                    "commonAnnotations": {PRUNE_ANNOTATION: "disabled"},
                }
            },
            "is_rendered has_prune_annotation is_target enforces_restricted",
        ),
        (
            {"kustomization": {"commonAnnotations": {PRUNE_ANNOTATION: "enabled"}}},
            "is_rendered is_pruned has_prune_annotation is_target enforces_restricted",
        ),
    ],
)
def test_namespace_is_rendered_pruned_and_restricted_only_if_it_is_ours(config: dict[str, Any], facts: str) -> None:
    assert true_facts(NamespaceFacts(RegistryDeployment.model_validate(config))) == set(facts.split())

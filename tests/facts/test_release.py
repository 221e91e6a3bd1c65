"""The image, the chart, the secrets in Git, and the Pods."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.deployment import BITNAMI_URL, RegistryDeployment
from registry_gitops.facts import ChartFacts, ImageFacts, PodFacts, SecretFacts
from registry_gitops.values import RegistryValues
from tests.facts.deployments import true_facts

DIGEST = f"sha256:{'a' * 64}"
VERSION = RegistryValues().image.tag
OCI = "oci://ghcr.io/example/docker-registry"


@pytest.mark.parametrize(
    ("image", "reference", "facts"),
    [
        ({}, f"docker.io/library/registry:{VERSION}", "is_official"),
        ({"registry": "", "repository": "library/registry", "tag": "3.1.1"}, "library/registry:3.1.1", "is_official"),
        ({"registry": "ghcr.io", "repository": "a/b", "tag": ""}, f"ghcr.io/a/b:{VERSION}", ""),
        ({"tag": "3", "digest": DIGEST}, f"docker.io/library/registry:3@{DIGEST}", "is_official has_digest"),
        ({"tag": "", "digest": DIGEST}, f"docker.io/library/registry@{DIGEST}", "is_official has_digest"),
    ],
)
def test_image_is_referenced_as_the_chart_does_it(image: dict[str, str], reference: str, facts: str) -> None:
    found = ImageFacts(RegistryValues.model_validate({"image": image}))
    assert (found.reference, true_facts(found)) == (reference, set(facts.split()))


@pytest.mark.parametrize(
    ("source", "facts", "helm_chart_namespace"),
    [
        ({"type": "git"}, "is_git", "flux-system"),
        ({"type": "git", "namespace": "fleet"}, "is_git", "fleet"),
        ({"type": "oci", "url": OCI}, "is_oci", "docker-registry"),
        ({"type": "helm"}, "is_helm is_unpublished", "docker-registry"),
        ({"type": "helm", "url": f"{BITNAMI_URL}/"}, "is_helm is_unpublished", "docker-registry"),
        ({"type": "helm", "url": BITNAMI_URL, "chart": "nginx"}, "is_helm", "docker-registry"),
        ({"type": "helm", "url": "https://charts.example.com"}, "is_helm", "docker-registry"),
    ],
)
def test_chart_is_published_everywhere_but_in_the_documented_repository(
    source: dict[str, str], facts: str, helm_chart_namespace: str
) -> None:
    found = ChartFacts(RegistryDeployment.model_validate({"source": source}))
    assert (true_facts(found), found.helm_chart_namespace) == (set(facts.split()), helm_chart_namespace)


def test_secrets_in_the_clear_are_found_by_their_keys() -> None:
    configuration = {"http": {"secret": "x"}, "storage": {"s3": {"bucket": "b", "region": "r", "secretkey": "y"}}}
    htpasswd = {"username": "me", "password": "z"}
    found = SecretFacts(RegistryValues.model_validate({"auth": {"htpasswd": htpasswd}, "configuration": configuration}))
    assert found.has_plaintext_password
    assert found.plaintext_keys == ("storage.s3.secretkey", "http.secret")
    assert true_facts(SecretFacts(RegistryValues())) == set()
    assert SecretFacts(RegistryValues()).plaintext_keys == ()


RESTRICTED = {"is_non_root", "is_confined", "is_restricted", "has_read_only_root"}


@pytest.mark.parametrize(
    ("values", "added", "removed"),
    [
        ({}, "", ""),
        (
            {"containerSecurityContext": {"enabled": False}},
            "is_user_unknown",
            "is_confined is_restricted has_read_only_root",
        ),
        ({"containerSecurityContext": {"runAsUser": 0}}, "", "is_non_root is_restricted"),
        ({"containerSecurityContext": {"allowPrivilegeEscalation": True}}, "", "is_confined is_restricted"),
        ({"containerSecurityContext": {"readOnlyRootFilesystem": False}}, "", "has_read_only_root"),
        ({"containerSecurityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}}}, "has_added_capabilities", ""),
        (
            {"containerSecurityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}},
            "has_added_capabilities",
            "is_confined is_restricted",
        ),
        ({"containerSecurityContext": {"capabilities": {"drop": ["NET_RAW"]}}}, "", "is_confined is_restricted"),
        (
            {"containerSecurityContext": {"seccompProfile": {"type": "Unconfined"}}},
            "",
            "is_confined is_restricted",
        ),
        ({"serviceAccount": {"automountServiceAccountToken": True}}, "has_api_token", ""),
        ({"configuration": {"http": {"debug": {"addr": ":5001"}}}}, "has_debug_server", ""),
    ],
)
def test_pods_are_restricted_unless_a_security_context_is_weaker(
    values: dict[str, Any], added: str, removed: str
) -> None:
    found = PodFacts(RegistryValues.model_validate(values))
    assert true_facts(found) == (RESTRICTED | set(added.split())) - set(removed.split())


def test_user_of_the_container_overrides_that_of_the_pod() -> None:
    contexts = {"podSecurityContext": {"runAsUser": 1, "runAsGroup": 2}, "containerSecurityContext": {"runAsUser": 3}}
    found = PodFacts(RegistryValues.model_validate(contexts))
    assert (found.user, found.is_user_unknown) == (3, False)
    unknown = {"podSecurityContext": {"runAsUser": None}, "containerSecurityContext": {"runAsUser": None}}
    assert PodFacts(RegistryValues.model_validate(unknown)).is_user_unknown

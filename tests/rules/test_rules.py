"""Each rule finds what it is about, and nothing in a deployment that is fine."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.deployment import HelmSource, RegistryDeployment
from registry_gitops.findings import Severity
from registry_gitops.rules import RULES, lint
from registry_gitops.values import RegistryValues


def found(deployment: RegistryDeployment) -> list[tuple[str, str, str]]:
    return [(finding.id, finding.severity, finding.location.key) for finding in lint(deployment)]


def test_the_default_deployment_has_no_findings() -> None:
    assert found(RegistryDeployment()) == []


def test_a_password_in_the_description_is_an_error_that_names_the_command_and_not_the_password() -> None:
    htpasswd = {"enabled": True, "username": "ci", "password": "hunter2"}
    deployment = RegistryDeployment(
        namespace="images", values=RegistryValues.model_validate({"auth": {"htpasswd": htpasswd}})
    )
    assert found(deployment) == [("plaintext-password", Severity.ERROR, "values.auth.htpasswd.password")]
    message = str(next(iter(lint(deployment))))
    assert "`registry-gitops htpasswd ci --namespace images --name docker-registry-users`" in message
    assert "hunter2" not in message


def test_a_secret_in_the_configuration_is_an_error_that_names_the_command() -> None:
    values = RegistryValues.model_validate({"configuration": {"http": {"secret": "hunter2"}}})
    deployment = RegistryDeployment(values=values)
    assert found(deployment) == [("plaintext-password", Severity.ERROR, "values.configuration.http.secret")]
    assert str(next(iter(lint(deployment)))).endswith(
        "make a Secret with `registry-gitops secret http --namespace docker-registry --name docker-registry-http`, and "
        "set http.existingSecret to docker-registry-http instead"
    )


def test_a_secret_of_no_kind_is_an_error_that_names_the_variable() -> None:
    smtp = {"options": {"smtp": {"password": "hunter2"}}}
    values = RegistryValues.model_validate({"configuration": {"log": {"hooks": [{"type": "mail", **smtp}]}}})
    assert "REGISTRY_LOG_HOOKS_0_MAILOPTIONS_SMTP_PASSWORD" in str(next(iter(lint(RegistryDeployment(values=values)))))


@pytest.mark.parametrize(
    ("name", "found_one"),
    [
        *[("REGISTRY_REDIS_PASSWORD", True), ("proxy_password", True), ("AWS_SECRET_ACCESS_KEY", True)],
        *[("GOMEMLIMIT", False), ("TOKEN_URL", False)],
    ],
)
def test_a_secret_in_an_environment_variable_is_an_error(name: str, found_one: bool) -> None:
    given = {"extraEnvVars": [{"name": "A", "value": "b"}, {"name": name, "value": "hunter2"}]}
    deployment = RegistryDeployment(values=RegistryValues.model_validate(given))
    expected = [("plaintext-password", Severity.ERROR, "values.extraEnvVars[1].value")] if found_one else []
    assert found(deployment) == expected
    assert not any("hunter2" in str(finding) for finding in lint(deployment))
    by_reference = {"name": name, "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    values = RegistryValues.model_validate({"extraEnvVars": [by_reference]})
    assert found(RegistryDeployment(values=values)) == []


@pytest.mark.parametrize("containers", ["sidecars", "initContainers"])
def test_a_secret_in_a_variable_of_another_container_is_an_error(containers: str) -> None:
    container = {"name": "backup", "image": "backup:1", "env": [{"name": "RESTIC_PASSWORD", "value": "hunter2"}]}
    deployment = RegistryDeployment(values=RegistryValues.model_validate({containers: [container]}))
    assert ("plaintext-password", Severity.ERROR, f"values.{containers}[0].env[0].value") in found(deployment)
    assert not any("hunter2" in str(finding) for finding in lint(deployment))


@pytest.mark.parametrize(
    ("content", "found_one"),
    [
        ({"stringData": {"password": "hunter2"}}, True),
        ({"data": {"password": "aHVudGVyMg=="}}, True),
        ({"stringData": {"password": "${PASSWORD}"}}, False),
        ({"type": "kubernetes.io/service-account-token"}, False),
    ],
)
def test_a_secret_of_the_release_is_an_error_if_it_has_content(content: dict[str, Any], found_one: bool) -> None:
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "users"}, **content}
    deployment = RegistryDeployment(values=RegistryValues.model_validate({"extraDeploy": [manifest]}))
    expected = [("plaintext-password", Severity.ERROR, "values.extraDeploy[0]")] if found_one else []
    assert found(deployment) == expected
    assert not any("hunter2" in str(finding) for finding in lint(deployment))


def test_the_documented_source_is_a_warning_because_the_chart_was_never_published() -> None:
    assert found(RegistryDeployment(source=HelmSource())) == [("chart-not-published", Severity.WARNING, "source.url")]


@pytest.mark.parametrize("source", [HelmSource(url="oci://ghcr.io/example/charts"), HelmSource(chart="redis")])
def test_another_repository_or_chart_is_fine(source: HelmSource) -> None:
    assert found(RegistryDeployment(source=source)) == []


def test_every_rule_says_what_it_finds_and_has_a_page() -> None:
    for rule in RULES:
        assert rule.summary.endswith(".")
        assert "Why:" in (rule.page)
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("namespace", ["default", "flux-system", "kube-system"])
def test_system_namespace_is_a_warning_that_it_is_not_rendered(namespace: str) -> None:
    deployment = RegistryDeployment(namespace=namespace)
    assert found(deployment) == [("system-namespace", Severity.WARNING, "namespace")]
    assert f"{namespace} is a system namespace, so namespace.yaml is not rendered" in str(next(iter(lint(deployment))))

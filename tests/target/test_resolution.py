"""Where a registry is, by URL, by Service, or by its deployment; the credentials that come with it; a client of it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from registry_gitops import InputError, ReferenceRegistry, RegistryDeployment
from registry_gitops.smoke import UnreachableError
from registry_gitops.target import PortForwardTarget, Target, open_client, resolve_target
from tests.support.clock import Clock

INGRESS = {"values": {"ingress": {"enabled": True, "hostname": "r.example.com", "tls": True}}}
TLS = {"values": {"tls": {"enabled": True, "existingSecret": "registry-tls"}}}
LOGIN = {"values": {"auth": {"htpasswd": {"enabled": True, "username": "me", "password": "secret"}}}}


@pytest.mark.parametrize(
    ("config", "options", "target"),
    [
        ({}, {}, Target(PortForwardTarget("docker-registry", "svc/docker-registry", 5000, scheme="http"))),
        (
            {"name": "images", "namespace": "tools", "values": {"service": {"ports": {"http": 80}}}},
            {},
            Target(PortForwardTarget("tools", "svc/images-docker-registry", 80, scheme="http")),
        ),
        (
            {"namespace": "flux-system", "release": {"targetNamespace": "images"}},
            {},
            Target(PortForwardTarget("images", "svc/images-docker-registry", 5000, scheme="http")),
        ),
        (
            {"namespace": {"name": "media", "inherit": True}},
            {},
            Target(PortForwardTarget("media", "svc/docker-registry", 5000, scheme="http")),
        ),
        (
            {"values": {"http": {"relativeUrls": False}, "configuration": {"http": {"prefix": "/r/"}}}},
            {},
            Target(PortForwardTarget("docker-registry", port=5000, prefix="/r", scheme="http")),
        ),
        (TLS, {}, Target(PortForwardTarget("docker-registry", port=5000, scheme="https"))),
        (INGRESS, {}, Target("https://r.example.com")),
        (
            INGRESS,
            {"context": "here"},
            Target(PortForwardTarget("docker-registry", port=5000, context="here", scheme="http")),
        ),
        (
            INGRESS,
            {"kubeconfig": Path("there")},
            Target(PortForwardTarget("docker-registry", port=5000, scheme="http", kubeconfig=Path("there"))),
        ),
        (
            INGRESS,
            {"service": "other"},
            Target(PortForwardTarget("docker-registry", "svc/other", "http", scheme="http")),
        ),
        (INGRESS, {"url": "http://127.0.0.1:5000"}, Target("http://127.0.0.1:5000")),
        (LOGIN, {}, Target(PortForwardTarget("docker-registry", port=5000, scheme="http"), "me", "secret")),
        (
            {"values": {"auth": {"htpasswd": {"enabled": True, "existingSecret": "users"}}}},
            {},
            Target(PortForwardTarget("docker-registry", port=5000, scheme="http")),
        ),
    ],
)
def test_deployment_resolves_to_its_endpoint_and_credentials(
    config: dict[str, Any], options: dict[str, Any], target: Target
) -> None:
    assert resolve_target(**options, deployment=RegistryDeployment.model_validate(config)) == target


def test_url_resolves_to_itself_and_namespace_to_its_service() -> None:
    assert resolve_target("http://127.0.0.1:5000") == Target("http://127.0.0.1:5000")
    assert resolve_target(namespace="tools") == Target(PortForwardTarget("tools", "svc/docker-registry", "http"))
    assert resolve_target(namespace="tools", context="here", kubeconfig=Path("there")) == Target(
        PortForwardTarget("tools", context="here", kubeconfig=Path("there"))
    )


def test_nothing_given_is_an_error_that_names_the_ways() -> None:
    with pytest.raises(InputError, match="no registry given: pass a URL, a namespace, or a deployment"):
        resolve_target()


def test_target_never_shows_the_password_of_a_deployment() -> None:
    assert "secret" not in repr(resolve_target(deployment=RegistryDeployment.model_validate(LOGIN)))


def test_open_client_yields_a_client_of_a_registry_that_has_responded() -> None:
    with ReferenceRegistry() as registry, open_client(Target(registry.url)) as client:
        assert client.url == registry.url


@pytest.mark.parametrize(("wait", "failed"), [(0, 0), (0.5, 1), (1, 1), (3.5, 4)])
def test_open_client_reports_each_attempt_but_the_one_at_the_end_of_the_wait(
    monkeypatch: pytest.MonkeyPatch, wait: float, failed: int
) -> None:
    clock = Clock()
    monkeypatch.setattr(import_module("registry_gitops.smoke.client.connect"), "time", clock)
    attempts: list[Exception] = []
    with (
        pytest.raises(UnreachableError, match="cannot be reached"),
        open_client(Target("http://127.0.0.1:1"), wait=wait, on_wait=attempts.append, retries=0),
    ):
        raise AssertionError("nothing listens there")
    assert len(attempts) == failed
    assert clock.now == wait

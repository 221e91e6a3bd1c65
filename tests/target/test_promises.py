"""What a deployment promises of its registry, at the endpoint where it is reached."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops import RegistryDeployment
from registry_gitops.smoke import Expectations
from registry_gitops.target import PortForwardTarget, read_promises

SERVICE = PortForwardTarget("images")
URL = "http://127.0.0.1:5000"
PUBLIC = {"ingress": {"enabled": True, "hostname": "r.example.com", "tls": True}}
LOGIN = {"auth": {"htpasswd": {"enabled": True, "username": "ada", "password": "a-secret-word"}}}


def promised(
    endpoint: str | PortForwardTarget = SERVICE, release: dict[str, Any] | None = None, **values: Any
) -> Expectations:
    config = {"values": values, **({"release": release} if release else {})}
    return read_promises(RegistryDeployment.model_validate(config), endpoint, "registry.yaml")


def test_defaults_promise_an_open_registry_without_deletion() -> None:
    found = promised()
    assert (found.login, found.anonymous_pull, found.push, found.delete) == (False, True, True, False)
    assert (found.cache, found.redirect, found.relative_urls, found.prefix) == (False, False, True, "")
    assert (found.replicas, found.version, found.catalog_limit, found.index_children) == (1, 3, 1000, False)
    assert found.headers == {"X-Content-Type-Options": ("nosniff",)}
    assert found.hidden_paths == ("/metrics", "/debug/vars")
    assert found.source == "registry.yaml"
    assert found.unknown == {}


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        (LOGIN, "login", True),
        (LOGIN, "challenge", {"scheme": "basic", "realm": "Registry"}),
        ({"deletion": {"enabled": True}}, "delete", True),
        ({"configuration": {"storage": {"delete": {"enabled": True}}}}, "delete", True),
        ({"proxy": {"enabled": True, "remoteUrl": "https://a.example"}}, "push", False),
        ({"configuration": {"storage": {"maintenance": {"readonly": {"enabled": True}}}}}, "push", False),
        ({"http": {"relativeUrls": False}}, "relative_urls", False),
        ({"configuration": {"http": {"host": "https://a.example/"}}}, "host", "https://a.example"),
        ({"configuration": {"http": {"host": "https://a.example"}}}, "relative_urls", None),
        ({"configuration": {"catalog": {"maxentries": 7}}}, "catalog_limit", 7),
        ({"configuration": {"validation": {"disabled": True}}}, "index_children", False),
        ({"image": {"tag": "3.0.0"}}, "version", None),
        ({"image": {"repository": "team/registry"}}, "version", None),
        ({"storage": {"type": "gcs", "gcs": {"bucket": "images"}}}, "redirect", True),
        ({"storage": {"type": "gcs", "gcs": {"bucket": "images"}}}, "storage_host", "storage.googleapis.com"),
        (
            {"storage": {"type": "s3", "s3": {"bucket": "images", "region": "us-east-1", "redirect": False}}},
            "redirect",
            False,
        ),
        (
            {"storage": {"type": "s3", "s3": {"bucket": "images", "region": "us-east-1"}}},
            "storage_host",
            "amazonaws.com",
        ),
        ({"tls": {"enabled": True, "existingSecret": "tls", "minimumVersion": "tls1.3"}}, "oldest_tls", "TLSv1.3"),
        ({"extraEnvVars": [{"name": "REGISTRY_STORAGE_DELETE_ENABLED", "value": "true"}]}, "delete", True),
    ],
)
def test_values_promise(values: dict[str, Any], name: str, expected: object) -> None:
    assert getattr(promised(**values), name) == expected


def test_public_host_promises_tls_and_its_other_names() -> None:
    values = {"ingress": {**PUBLIC["ingress"], "extraHosts": [{"name": "b.example.com"}, {"name": "*.c.example.com"}]}}
    found = promised("https://r.example.com", **values)
    assert (found.tls, found.certificate, found.host_names) == (True, True, ("b.example.com",))
    assert found.hidden_ports == (5001, 5002)


def test_other_address_promises_nothing_of_the_public_one() -> None:
    found = promised(URL, **PUBLIC)
    assert (found.tls, found.certificate, found.host_names, found.hidden_ports) == (None, None, None, None)
    assert "not seen on this machine" in found.unknown["hidden_ports"]
    assert found.unknown["tls"] == "it is promised at r.example.com, and the registry was reached elsewhere"
    assert found.delete is False


def test_service_promises_the_tls_of_the_pod() -> None:
    assert promised(SERVICE, **PUBLIC).tls is False
    assert promised(SERVICE, tls={"enabled": True, "existingSecret": "tls"}).tls is True
    assert promised(URL).tls is None


def test_annotation_that_limits_access_leaves_the_login_open() -> None:
    auth = {"nginx.ingress.kubernetes.io/auth-type": "basic"}
    found = promised("https://r.example.com", ingress={**PUBLIC["ingress"], "annotations": auth})
    assert (found.login, found.anonymous_pull, found.challenge) == (None, None, None)
    assert "`ingress.annotations`" in found.unknown["login"]
    assert promised(SERVICE, ingress={**PUBLIC["ingress"], "annotations": auth}).login is False


@pytest.mark.parametrize("text", ["${DELETION}", "${DELETION:=true}"])
def test_variable_of_flux_is_no_promise(text: str) -> None:
    found = promised(deletion={"enabled": text})
    assert found.delete is None
    assert found.unknown["delete"] == "`deletion.enabled` has a variable that only Flux knows"
    assert "deletion.enabled" not in found.settings
    assert found.push is True


def test_values_from_the_cluster_leave_open_what_is_not_written() -> None:
    release = {"valuesFrom": [{"kind": "ConfigMap", "name": "more"}]}
    found = promised(release=release, deletion={"enabled": True})
    assert found.delete is True
    assert found.login is None
    assert found.unknown["login"] == "`release.valuesFrom` can set it: the ConfigMap more is not read"


def test_values_from_a_path_leave_open_only_that_path() -> None:
    reference = {"kind": "Secret", "name": "more", "targetPath": "auth.htpasswd.password"}
    found = promised(release={"valuesFrom": [reference]})
    assert found.login is None
    assert found.delete is False


def test_variable_of_the_container_from_a_secret_is_no_promise() -> None:
    source = {"secretKeyRef": {"name": "more", "key": "delete"}}
    found = promised(extraEnvVars=[{"name": "REGISTRY_STORAGE_DELETE_ENABLED", "valueFrom": source}])
    assert found.delete is None
    assert "`configuration.storage.delete.enabled`" in found.unknown["delete"]


def test_other_program_promises_nothing_of_its_configuration() -> None:
    found = promised(command=["sh", "-c", "exec registry serve"])
    assert (found.delete, found.login) == (None, None)
    assert found.replicas == 1


def test_settings_are_those_in_force_without_secrets() -> None:
    found = promised("https://r.example.com", **PUBLIC, **LOGIN)
    assert found.settings["http.relativeUrls"] is True
    assert found.settings["configuration.http.relativeurls"] is True
    assert found.settings["cache.type"] == "inmemory"
    assert found.settings["ingress.annotations.nginx.ingress.kubernetes.io/proxy-body-size"] == "0"
    assert "a-secret-word" not in repr(found)

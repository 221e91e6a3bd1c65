"""The registry that the chart deploys serves HTTPS, to clients with a certificate if they must have one."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from tests.chart.deployed.rendered_pod import start_pod
from tests.support.authority import Authority
from tests.support.helm import Chart
from tests.support.oci_content import image
from tests.support.oci_http import Repository
from tests.support.registry import RealRegistry

Run = Callable[..., RealRegistry]
TLS: dict[str, Any] = {"enabled": True, "existingSecret": "registry-tls"}
CLIENTS = {"existingSecret": "registry-clients", "key": "authorities.pem"}


@pytest.fixture(scope="module")
def secrets(authority: Authority) -> dict[str, dict[str, str]]:
    server = authority.sign("server")
    return {
        "registry-tls": {"tls.crt": server.certificate.read_text(), "tls.key": server.key.read_text()},
        "registry-clients": {"authorities.pem": authority.certificate.read_text()},
    }


def newest_version(registry: RealRegistry, authority: Authority, limit: ssl.TLSVersion) -> str | None:
    """Return the version of TLS that a client gets that knows none above `limit`."""
    context = ssl.create_default_context(cafile=authority.certificate)
    context.maximum_version = limit
    with (
        socket.create_connection((registry.host, registry.port)) as plain,
        context.wrap_socket(plain, server_hostname=registry.host) as connection,
    ):
        return connection.version()


def test_images_are_pushed_and_pulled_over_tls(
    chart: Chart, real_registry: Run, authority: Authority, secrets: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    with start_pod(chart, real_registry, tmp_path, {"tls": TLS}, secrets) as registry:
        repository = Repository(registry.url, "team/app", authority=authority.certificate)
        pushed = image(Random(1), 100_000)
        repository.push(pushed, "latest")
        assert repository.lacks(pushed) == []
        assert newest_version(registry, authority, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        plain = requests.get(registry.url.replace("https:", "http:"), timeout=60)
        assert (plain.status_code, "HTTPS server" in plain.text) == (400, True)


def test_an_older_version_of_tls_than_the_least_is_refused(
    chart: Chart, real_registry: Run, authority: Authority, secrets: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    values = {"tls": TLS | {"minimumVersion": "tls1.3"}}
    with start_pod(chart, real_registry, tmp_path, values, secrets) as registry:
        assert newest_version(registry, authority, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
        with pytest.raises(ssl.SSLError):
            newest_version(registry, authority, ssl.TLSVersion.TLSv1_2)


@pytest.mark.parametrize("mode", ["require-and-verify-client-cert", "verify-client-cert-if-given"])
def test_clients_have_a_certificate_of_the_authorities(
    chart: Chart,
    real_registry: Run,
    authority: Authority,
    secrets: dict[str, dict[str, str]],
    tmp_path: Path,
    mode: str,
) -> None:
    client = authority.sign("client")
    values = {"tls": TLS | {"clientAuthentication": CLIENTS | {"mode": mode}}}
    ready = chart.render(**values).container["readinessProbe"]
    with start_pod(chart, real_registry, tmp_path, values, secrets) as registry:
        ask = partial(requests.get, f"{registry.url}/v2/", verify=str(authority.certificate), timeout=60)
        if mode.startswith("require-"):
            with pytest.raises(requests.exceptions.ConnectionError, match="certificate required"):
                ask()
            assert "httpGet" not in ready, "the kubelet has no certificate"
        else:
            assert ask().status_code == 200
            assert ready["httpGet"]["scheme"] == "HTTPS"
        assert ask(cert=(str(client.certificate), str(client.key))).status_code == 200

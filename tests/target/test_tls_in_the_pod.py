"""A client of a registry that uses TLS in its Pod, through a port-forward, whose end the certificate does not name."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.smoke import CHECKS, UnreachableError, run_checks
from registry_gitops.target import PortForwardTarget, Target, open_client
from tests.support.authority import Authority, make_authority
from tests.support.helm import Chart
from tests.support.registry import RealRegistry

KUBECTL = """#!/bin/sh
# Stands in for a cluster, not for kubectl, which tests/cluster runs: what it leads to is the registry of the test.
echo "Forwarding from {} -> 5000"
exec sleep 600
"""
TLS: dict[str, Any] = {"enabled": True, "existingSecret": "registry-tls"}


@pytest.fixture
def start(
    chart: Chart,
    real_registry: Callable[..., RealRegistry],
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., RealRegistry]]:
    """Starts the registry that the chart deploys with these values, to which `kubectl port-forward` then leads."""
    server = authority.sign("pod", ["DNS:registry.example.com"])
    files = {
        "/tls/tls.crt": server.certificate,
        "/tls/tls.key": server.key,
        "/client-cas/ca.crt": authority.certificate,
    }
    running: list[RealRegistry] = []

    def registry(**values: Any) -> RealRegistry:
        rendered = chart.render(tls=TLS | values)
        found = real_registry(
            rendered.config_text, files=files, environment={"OTEL_TRACES_EXPORTER": "none"}
        ).__enter__()
        running.append(found)
        kubectl = tmp_path / "kubectl"
        kubectl.write_text(KUBECTL.format(f"{found.host}:{found.port}"))
        kubectl.chmod(stat.S_IRWXU)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return found

    yield registry
    for found in running:
        found.__exit__(None, None, None)


@pytest.mark.parametrize("scheme", ["https", None])
def test_client_finds_the_scheme_and_trusts_the_way_to_the_pod(start: Callable[..., RealRegistry], scheme: Any) -> None:
    start()
    with open_client(Target(PortForwardTarget("images", scheme=scheme))) as client:
        assert client.url.startswith("https://127.0.0.1:")
        checks = [check for check in CHECKS if check.id in ("api", "tls-name", "tls-expiry")]
        results = {result.id: result.outcome for result in run_checks(client, checks).checks}
    assert results == {"api": "passed", "tls-name": "skipped", "tls-expiry": "passed"}


def test_client_verifies_by_an_authority_that_is_given(
    start: Callable[..., RealRegistry], authority: Authority, tmp_path: Path
) -> None:
    start()
    target = Target(PortForwardTarget("images", scheme="https"))
    with open_client(target, ca_file=str(authority.certificate)) as client:
        assert client.request("GET", "/v2/").status == 200
    other = make_authority(tmp_path).certificate
    with pytest.raises(UnreachableError) as caught, open_client(target, ca_file=str(other)):
        pass
    assert caught.value.cause == "TLS: authority"


def test_client_without_a_certificate_says_that_one_is_demanded(start: Callable[..., RealRegistry]) -> None:
    start(clientAuthentication={"existingSecret": "clients"})
    target = Target(PortForwardTarget("images", scheme="https"))
    with pytest.raises(UnreachableError) as caught, open_client(target, retries=0):
        pass
    assert "tls.clientAuthentication" in caught.value.remedy

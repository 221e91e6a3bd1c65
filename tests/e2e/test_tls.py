"""TLS in the Pod: the certificate in the Secret is renewed, and a restart from Git makes the registry serve it."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from random import Random

import pytest

from tests.e2e.cluster import Cluster, condition, until
from tests.e2e.fleet import Fleet
from tests.e2e.pushes import REPOSITORY
from tests.e2e.status import ready_without_causes
from tests.registry.clients.programs import CLIENTS, Registry, User
from tests.support.authority import Authority, make_authority
from tests.support.certificate import Certificate
from tests.support.oci_content import Blob, image, write_layout
from tests.support.oci_http import Repository

pytestmark = pytest.mark.node

SECRET = "registry-tls"
ADDRESS, PORT = "10.96.0.60", 5000
NAMES = (f"IP:{ADDRESS}", "DNS:docker-registry.e2e-tls.svc")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def first(authority: Authority) -> Certificate:
    """The certificate that the registry starts with."""
    return authority.sign("first", NAMES)


@pytest.fixture(scope="module")
def there(authority: Authority) -> Repository:
    """A repository of the registry, for a client that trusts the authority alone."""
    return Repository(f"https://{ADDRESS}:{PORT}", REPOSITORY, authority=authority.certificate)


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet, cluster: Cluster, first: Certificate) -> None:
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fleet.namespace}})
    put_in_secret(fleet, first)
    fleet.deploy(values={"tls": {"enabled": True, "existingSecret": SECRET}, "service": {"clusterIP": ADDRESS}})


def put_in_secret(fleet: Fleet, pair: Certificate) -> None:
    """Write a certificate into the Secret, as cert-manager does when it renews one."""
    files = {"tls.crt": pair.certificate.read_text(), "tls.key": pair.key.read_text()}
    metadata = {"name": SECRET, "namespace": fleet.namespace}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
    fleet.cluster.apply({**secret, "type": "kubernetes.io/tls", "stringData": files})


def served() -> str:
    """The certificate that a new connection gets, in PEM."""
    # A connection that was begun to a Pod that is gone would be retried for two minutes.
    return ssl.get_server_certificate((ADDRESS, PORT), timeout=5)


def is_served(pair: Certificate) -> bool:
    """Whether a new connection gets this certificate; none is, while the Pod is replaced."""
    try:
        return ssl.PEM_cert_to_DER_cert(served()) == ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())
    except OSError:
        return False


def test_clients_push_by_tls_and_plain_http_is_refused(
    there: Repository, authority: Authority, pushed: Blob, tmp_path: Path
) -> None:
    there.push(pushed, "1")
    write_layout(tmp_path / "layout", "v1", image(Random(5), 1000))
    User(CLIENTS["crane"], Registry(f"{ADDRESS}:{PORT}", authority.certificate), tmp_path).push(
        tmp_path / "layout", "team/crane"
    )
    with socket.create_connection((ADDRESS, PORT), timeout=5) as connection:
        connection.sendall(b"GET /v2/ HTTP/1.0\r\n\r\n")
        assert b" 400 " in connection.recv(100)


def test_smoke_and_status_pass_over_tls(fleet: Fleet, authority: Authority) -> None:
    ready_without_causes(fleet)
    fleet.cli("smoke", "--config", fleet.description, "--ca-file", authority.certificate)


def test_renewed_certificate_is_served_after_a_restart(
    fleet: Fleet, there: Repository, authority: Authority, first: Certificate, pushed: Blob
) -> None:
    second = authority.sign("second", NAMES)
    put_in_secret(fleet, second)
    renewed = second.certificate.read_text()
    until("file of the renewed certificate in the Pod", lambda: file_in_the_pod(fleet) == renewed, 150)
    assert is_served(first), "the registry reads the file again: say so in the documentation"
    fleet.commit("Restart with the renewed certificate", values={"podAnnotations": {"certificate": "second"}})
    until("registry with the renewed certificate", lambda: is_served(second), 120)
    until("Pod that is ready", lambda: [condition(pod).get("status") for pod in fleet.pods()] == ["True"])
    assert there.lacks(pushed) == []


def file_in_the_pod(fleet: Fleet) -> str:
    """The certificate as the kubelet has put it into the Pod, which takes a minute or more."""
    command = ("exec", "-n", fleet.namespace, "deployment/docker-registry", "--", "cat", "/tls/tls.crt")
    return fleet.cluster.kubectl(*command)

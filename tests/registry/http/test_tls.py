"""TLS, and clients that do not complete the handshake."""

from __future__ import annotations

import select
import ssl
import time
from collections.abc import Iterator

import pytest

from registry_gitops.registry.http import Limits
from registry_gitops.registry.startup import load_tls_context
from tests.registry.http.echo import Client, Running, request, running
from tests.support.certificate import Certificate, make_certificate

pytestmark = [pytest.mark.tools, pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def trust(certificate: Certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.certificate))


@pytest.fixture(scope="module")
def secure(certificate: Certificate) -> Iterator[Running]:
    context = load_tls_context(certificate.certificate, certificate.key)
    with running(Limits(head_timeout=1, stall_timeout=1), tls=context) as it:
        yield it


def hello(trust: ssl.SSLContext) -> bytes:
    """What a client says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        trust.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1").do_handshake()
    return outgoing.read()


def test_bodies_of_requests_and_responses_pass_over_tls(secure: Running, trust: ssl.SSLContext) -> None:
    with secure.connect(trust) as client:
        body = bytes(range(256)) * 10_000
        assert client.ask(request("PUT", "/x", body=body)).said[4].encode("latin-1") == body
        for kind in ("file", "memory"):
            assert client.ask(request("GET", f"/{kind}/3000000")).body == bytes(3_000_000)
        assert client.ask(request("GET", "/file/0")).body == b""


@pytest.mark.parametrize("size", [10, 16_384, 20_000, 40_000, 100_000])
def test_request_after_a_body_in_the_same_record_is_answered(secure: Running, trust: ssl.SSLContext, size: int) -> None:
    with secure.connect(trust) as client:
        client.send(request("PUT", "/x", body=bytes(size)) + request("GET", "/quick/next"))
        assert len(client.answer().said[4]) == size
        assert client.answer().said[1] == "/quick/next"


def test_handshake_byte_by_byte_blocks_no_other_client(certificate: Certificate, trust: ssl.SSLContext) -> None:
    context = load_tls_context(certificate.certificate, certificate.key)
    with running(Limits(head_timeout=5), tls=context) as server, Client(server.server.address) as slow:
        for byte in hello(trust)[:100]:
            slow.send(bytes((byte,)))
            if byte % 16 == 0:
                with server.connect(trust) as client:
                    assert client.ask(request()).status == 200
        # No other client has waited for the end of the slow one.
        assert select.select([slow.socket], [], [], 0)[0] == []
        assert slow.ended()


def test_server_survives_clients_that_leave_during_the_handshake(secure: Running, trust: ssl.SSLContext) -> None:
    greeting = hello(trust)
    for end in (0, 1, 5, 100, len(greeting)):
        with Client(secure.server.address) as client:
            client.send(greeting[:end])
    with secure.connect(trust) as client:
        assert client.ask(request()).status == 200


def test_plain_http_gets_no_response_over_tls(secure: Running) -> None:
    with Client(secure.server.address) as client:
        client.send(request())
        assert client.ended()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_1_1_is_refused(secure: Running, trust: ssl.SSLContext, certificate: Certificate) -> None:
    old = ssl.create_default_context(cafile=str(certificate.certificate))
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match="(?i)protocol.version|NO_PROTOCOLS"):
        secure.connect(old)
    with secure.connect(trust) as client:
        assert isinstance(client.socket, ssl.SSLSocket)
        assert client.socket.version() == "TLSv1.3"


def test_client_gets_a_refusal_before_its_body_ends_over_tls(secure: Running, trust: ssl.SSLContext) -> None:
    with secure.connect(trust) as client:
        client.send(request("PUT", "/refuse", body=bytes(10_000_000)))
        assert client.answer().status == 401
    with secure.connect(trust) as client:
        answer = client.ask(b"nonsense\r\n\r\n")
        assert (answer.status, answer.code) == (400, "UNSUPPORTED")


def test_stalled_body_ends_the_connection_over_tls(secure: Running, trust: ssl.SSLContext) -> None:
    with secure.connect(trust) as client:
        client.send(request("PUT", "/x", "Content-Length: 5"))
        began = time.monotonic()
        client.ended()
        assert 0.5 < time.monotonic() - began < 20


def test_shut_down_tls_connection_gives_no_cipher_text_to_the_handler(certificate: Certificate) -> None:
    context = load_tls_context(certificate.certificate, certificate.key)
    trust = ssl.create_default_context(cafile=str(certificate.certificate))
    with running(tls=context) as server, server.connect(trust) as client:
        client.send(request("PUT", "/x", "Content-Length: 100000"))
        server.server.stop(0.2)
        try:
            for _ in range(100):
                client.send(bytes(100))
                time.sleep(0.01)
        except OSError:
            pass
        assert [entry.status for entry in server.wait_for_log()] == [499]


def test_connections_over_the_limit_get_503_over_tls(certificate: Certificate, trust: ssl.SSLContext) -> None:
    context = load_tls_context(certificate.certificate, certificate.key)
    with running(Limits(max_connections=1), tls=context) as server, server.connect(trust) as client:
        assert client.ask(request()).status == 200
        with server.connect(trust) as surplus:
            assert surplus.ask(request()).code == "UNAVAILABLE"
        assert client.ask(request()).status == 200

"""The causes of an unreachable registry, and their remedies."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry_gitops.errors import InputError
from registry_gitops.registry import ReferenceRegistry
from registry_gitops.smoke import UnreachableError, connect
from tests.smoke.stub import OK, answering, status
from tests.smoke.token_registry import PASSWORD, USER, token_registry
from tests.support.certificate import make_certificate


def unreachable(url: str, **options: object) -> UnreachableError:
    with pytest.raises(UnreachableError) as caught:
        connect(url, retries=0, **options)  # type: ignore[arg-type]
    assert caught.value.remedy
    return caught.value


def test_unknown_host_name_is_reported_as_dns() -> None:
    problem = unreachable("https://registry.invalid")
    assert problem.cause == "DNS"
    assert "its name cannot be resolved" in str(problem)
    assert "ingress.hostname" in problem.remedy


def test_closed_port_is_reported_as_refused() -> None:
    problem = unreachable("http://127.0.0.1:1")
    assert problem.cause == "refused"
    assert str(problem) == "http://127.0.0.1:1 cannot be reached: connection refused"


def test_silent_server_is_reported_as_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        problem = unreachable(f"http://127.0.0.1:{mute.getsockname()[1]}", timeout=0.2)
    assert problem.cause == "timeout"


def test_closed_connection_is_reported_as_network() -> None:
    with answering(b"") as stub:
        problem = unreachable(stub.url)
    assert problem.cause == "network"
    assert "closed before a response" in str(problem)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (401, "docker login"),
        (403, "allow lists"),
        (404, "ingress.path"),
        (502, "service.ports.http"),
        (503, "podSecurityContext.fsGroup"),
        (504, "resources.limits.cpu"),
    ],
)
def test_unexpected_status_code_has_its_remedy(code: int, word: str) -> None:
    with answering(status(code)) as stub:
        problem = unreachable(stub.url)
    assert problem.cause == str(code)
    assert f"returned {code}" in str(problem)
    assert word in problem.remedy


def test_refused_password_has_remedy_bcrypt() -> None:
    with answering(status(401, b"", 'WWW-Authenticate: Basic realm="x"')) as stub:
        problem = unreachable(stub.url, username="ada", password="correct horse")
    assert 'the password of "ada"' in str(problem)
    assert "bcrypt" in problem.remedy
    assert "correct horse" not in f"{problem}{problem.remedy}"


def test_refused_token_has_remedies_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    with token_registry() as (url, tokens):
        monkeypatch.setattr(tokens, "issue", lambda scope: "signed-by-another-key")
        with pytest.raises(UnreachableError, match="does not accept the token that its token server issued") as caught:
            connect(url, username=USER, password=PASSWORD)
    assert caught.value.cause == "401"
    assert "auth.token.issuer" in caught.value.remedy
    assert "auth.token.jwksKey" in caught.value.remedy
    assert "htpasswd" not in caught.value.remedy


def test_password_that_the_token_server_refuses_is_to_be_checked() -> None:
    with token_registry() as (url, _), pytest.raises(UnreachableError, match="the password of .ada.") as caught:
        connect(url, username=USER, password="wrong")
    assert "Check the password" in caught.value.remedy


def test_redirect_to_another_host_is_reported() -> None:
    with answering(OK) as there:
        url = there.url.replace("127.0.0.1", "localhost")
        with answering(status(308, b"", f"Location: {url}/v2/")) as stub:
            problem = unreachable(stub.url)
    assert problem.cause == "redirect"
    assert str(problem) == f"{stub.url} redirects to {url}"


def test_tls_mismatch_is_reported_both_ways(tmp_path: Path) -> None:
    with ReferenceRegistry() as plain:
        problem = unreachable(plain.url.replace("http:", "https:"))
    assert problem.cause == "TLS"
    assert "http://" in problem.remedy
    with answering(status(400, b"Client sent an HTTP request to an HTTPS server.\n")) as stub:
        problem = unreachable(stub.url)
    assert "it requires TLS" in str(problem)


@pytest.mark.tools
def test_unknown_authority_is_reported_unless_passed_or_skipped(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    with ReferenceRegistry(tls_cert=made.certificate, tls_key=made.key) as registry:
        assert unreachable(registry.url).cause == "TLS: authority"
        with connect(registry.url, ca_file=str(made.certificate)), connect(registry.url, insecure_skip_tls_verify=True):
            pass


@pytest.mark.tools
def test_certificate_for_another_name_is_reported(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    with tls_on_every_name(made.certificate, made.key) as port:
        problem = unreachable(f"https://ip6-localhost.localhost:{port}", ca_file=str(made.certificate))
    assert problem.cause in ("TLS: name", "DNS")


@contextmanager
def tls_on_every_name(certificate: Path, key: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                connection, _ = listener.accept()
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_connect_waits_for_the_registry() -> None:
    told: list[str] = []
    with (
        answering(status(503), OK) as stub,
        connect(stub.url, wait=60, on_wait=lambda problem: told.append(str(problem))),
    ):
        pass
    assert told == [f"{stub.url}/v2/ returned 503"]


def test_connect_stops_waiting_at_the_deadline() -> None:
    clock = time.monotonic()
    unreachable("http://127.0.0.1:1", wait=1.5)
    assert time.monotonic() - clock < 20


def test_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(OK) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with connect("http://registry.invalid") as client:
            assert client.is_proxied
    assert proxy.heads[0].startswith("GET http://registry.invalid/v2/ ")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert unreachable("http://registry.invalid").cause == "proxy"


@pytest.mark.parametrize(
    "url", ["", "ftp://x", "http://", "http://x:99999", "https://x/?q", "https://x:port", "http://x:", "http:/x"]
)
def test_connect_refuses_an_invalid_url(url: str) -> None:
    with pytest.raises(InputError, match="not the URL of a registry"):
        connect(url)


@pytest.mark.parametrize(
    ("url", "sent"), [("http://LOCALHOST:1", "localhost"), ("http://bücher.invalid:1", "xn--bcher-kva.invalid")]
)
def test_connect_names_the_host_as_it_is_sent(url: str, sent: str) -> None:
    problem = unreachable(url)
    assert str(problem).startswith(f"http://{sent}:1 cannot be reached: ")
    assert "realm" not in problem.remedy


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_connect_refuses_a_timeout_that_is_not_positive(timeout: float) -> None:
    with pytest.raises(InputError, match="timeout: must be more than 0 seconds"):
        connect("http://127.0.0.1:1", timeout=timeout)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.9\r\n", "the response is not HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "the response is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + 200 * b"a: b\r\n" + b"\r\n", "the response is not HTTP"),
        (status(302, b"", "Location: /v2/"), "it redirects in a loop"),
        (status(200, b"{}", "Content-Encoding: gzip"), "the body of the response cannot be decoded, or is longer than"),
    ],
)
def test_connect_describes_an_invalid_response(response: bytes, reason: str) -> None:
    with answering(*[response] * 40) as stub:
        assert f"cannot be reached: {reason}" in str(unreachable(stub.url))


def test_connect_does_not_take_a_redirect_for_the_token_server() -> None:
    with answering(status(302, b"", "Location: http://127.0.0.1:1/v2/")) as stub:
        problem = unreachable(stub.url)
    assert (
        str(problem) == f"http://127.0.0.1:1, to which {stub.url} refers clients, cannot be reached: connection refused"
    )


def test_connect_accepts_short_urls() -> None:
    with answering(OK) as stub:
        host = stub.url.removeprefix("http://")
        for given in (host, f"{stub.url}/", f"{stub.url}/v2/", f"http://ada:correct@{host}"):
            with connect(given) as client:
                assert client.url == stub.url
    with pytest.raises(UnreachableError, match=r"^https://registry\.invalid cannot"):
        connect("registry.invalid", retries=0)

"""The client: connections, retries, and Locations."""

from __future__ import annotations

import pytest
from urllib3 import HTTPConnectionPool

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.smoke import (
    CHECKS,
    Level,
    NoResponseError,
    UnreachableError,
    checks_for_level,
    connect,
    run_checks,
)
from tests.smoke.stub import OK, answering, status


def test_broken_connection_is_retried() -> None:
    with answering(b"", b"", OK) as stub, connect(stub.url, retries=2):
        assert len(stub.heads) == 3


def test_server_error_is_not_retried() -> None:
    with answering(status(503), OK) as stub:
        with pytest.raises(UnreachableError):
            connect(stub.url, retries=2)
        assert len(stub.heads) == 1


def test_too_many_requests_is_retried_after_the_time_it_asks_for() -> None:
    limited = status(429, b"", "Retry-After: 0")
    with answering(OK, limited, limited, OK) as stub, connect(stub.url) as client:
        assert client.request("GET", "/v2/").status == 200
        assert (len(stub.heads), client.traffic.waits) == (4, 2)


def test_too_many_requests_is_the_response_in_the_end() -> None:
    with answering(OK, status(429, b"", "Retry-After: 0")) as stub, connect(stub.url) as client:
        assert client.request("GET", "/v2/").status == 429
        assert len(stub.heads) == 1 + 5


def test_headers_of_a_request_replace_or_omit_those_of_the_client() -> None:
    with answering(OK, OK) as stub, connect(stub.url) as client:
        client.request("GET", "/v2/", headers={"Accept": None, "User-Agent": "docker/28"})
        head = stub.heads[-1].lower()
        assert "user-agent: docker/28" in head
        assert "accept:" not in head


def test_iterator_body_is_not_retried() -> None:
    with answering(OK, b"") as stub, connect(stub.url) as client:
        with pytest.raises(NoResponseError):
            client.request("PATCH", "/v2/x/blobs/uploads/1", iter([b"once"]))
        assert len(stub.heads) == 2


def test_endless_body_is_refused() -> None:
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * (33 * 1024 * 1024)
    with answering(OK, endless) as stub, connect(stub.url) as client, pytest.raises(NoResponseError):
        client.request("GET", "/v2/_catalog")


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("/v2/x/blobs/uploads/1?_state=a", "/v2/x/blobs/uploads/1?_state=a"),
        ("https://inside.svc:5000/v2/x/blobs/uploads/1?_state=a", "/v2/x/blobs/uploads/1?_state=a"),
        ("http://127.0.0.1:1/v2/y", "/v2/y"),
    ],
)
def test_url_for_location_keeps_the_registry_address(location: str, place: str) -> None:
    with answering(OK) as stub, connect(stub.url) as client:
        assert client.url_for(location) == stub.url + place


def test_header_with_several_values_is_sent_in_several_lines() -> None:
    with answering(OK) as stub, connect(stub.url) as client:
        client.request("GET", "/v2/", headers={"accept": ("a/b", "c/d"), "Range": "bytes=0-"})
    lines = stub.heads[1].splitlines()
    assert [line for line in lines if line.lower().startswith("accept:")] == ["accept: a/b", "accept: c/d"]
    assert "Range: bytes=0-" in lines


def test_lines_of_a_challenge_are_kept_apart() -> None:
    offers = ("WWW-Authenticate: Negotiate", 'WWW-Authenticate: Basic realm="x", NTLM')
    with answering(OK, status(401, b"", *offers)) as stub, connect(stub.url) as client:
        response = client.request("GET", "/v2/_catalog")
    assert response.challenges == ("Negotiate", 'Basic realm="x", NTLM')


def test_path_prefix_is_sent_with_every_request() -> None:
    with answering(OK) as stub, connect(f"{stub.url}/images") as client:
        client.request("GET", "/v2/_catalog")
    assert [head.split()[1] for head in stub.heads] == ["/images/v2/", "/images/v2/_catalog"]


def test_read_checks_share_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    real = HTTPConnectionPool._new_conn

    def counted(pool: HTTPConnectionPool) -> object:
        opened.append(pool)
        return real(pool)

    monkeypatch.setattr(HTTPConnectionPool, "_new_conn", counted)
    with ReferenceRegistry() as registry, connect(registry.url) as client:
        report = run_checks(client, checks_for_level(CHECKS, Level.READ), workers=1)
    assert report.passed
    assert len(opened) == 1

"""The client: its connections, retries, and what it does with places that a registry names."""

from __future__ import annotations

import pytest
from urllib3 import HTTPConnectionPool

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.smoke import CHECKS, Level, NoResponseError, UnreachableError, checks_for_level, connect, run
from tests.smoke.stub import OK, answering, status


def test_a_connection_that_breaks_is_tried_again() -> None:
    with answering(b"", b"", OK) as stub, connect(stub.url, retries=2):
        assert len(stub.heads) == 3


def test_an_answer_is_never_tried_again() -> None:
    with answering(status(503), OK) as stub:
        with pytest.raises(UnreachableError):
            connect(stub.url, retries=2)
        assert len(stub.heads) == 1


def test_what_cannot_be_sent_twice_is_not() -> None:
    with answering(OK, b"") as stub, connect(stub.url) as client:
        with pytest.raises(NoResponseError):
            client.request("PATCH", "/v2/x/blobs/uploads/1", iter([b"once"]))
        assert len(stub.heads) == 2


def test_an_answer_without_an_end_is_not_read_to_its_end() -> None:
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
def test_a_location_is_followed_at_our_own_address(location: str, place: str) -> None:
    with answering(OK) as stub, connect(stub.url) as client:
        assert client.url_for(location) == stub.url + place


def test_a_prefix_stays_before_every_path() -> None:
    with answering(OK) as stub, connect(f"{stub.url}/images") as client:
        client.request("GET", "/v2/_catalog")
    assert [head.split()[1] for head in stub.heads] == ["/images/v2/", "/images/v2/_catalog"]


def test_one_connection_serves_a_run_of_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    real = HTTPConnectionPool._new_conn

    def counted(pool: HTTPConnectionPool) -> object:
        opened.append(pool)
        return real(pool)

    monkeypatch.setattr(HTTPConnectionPool, "_new_conn", counted)
    with ReferenceRegistry() as registry, connect(registry.url) as client:
        report = run(client, checks_for_level(CHECKS, Level.READ))
    assert report.passed
    assert len(opened) == 1

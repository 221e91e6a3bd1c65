"""The access log has one line for each response, also if the request was invalid."""

from __future__ import annotations

import pytest

from registry_gitops.registry.access_log import AccessLogEntry
from tests.registry.http.echo import request, running, until


def line(entry: AccessLogEntry) -> tuple[str, str, int, int, str]:
    return entry.method, entry.target, entry.status, entry.sent, entry.agent


def test_log_has_one_line_per_request() -> None:
    with running() as server, server.connect() as client:
        client.ask(request("GET", "/memory/100?a=%20b", "User-Agent: test"))
        client.ask(request("HEAD", "/memory/100"), head=True)
        client.ask(request("GET", "/status/204"))
        client.ask(request("PUT", "/refuse", body=b"hello"))
        client.ask(request("GET", "/file/5000"))
        log = server.wait_for_log(5)
        assert [line(entry) for entry in log] == [
            ("GET", "/memory/100?a=%20b", 200, 100, "test"),
            ("HEAD", "/memory/100", 200, 0, ""),
            ("GET", "/status/204", 204, 0, ""),
            ("PUT", "/refuse", 401, 2, ""),
            ("GET", "/file/5000", 200, 5000, ""),
        ]
        assert {entry.client for entry in log} == {"127.0.0.1"}
        assert all(0 <= entry.seconds < 5 for entry in log)
        assert all(entry.user is None for entry in log)


@pytest.mark.parametrize(
    ("data", "method", "target", "status"),
    [
        (b"nonsense\r\n\r\n", "-", "-", 400),
        (request("PUT", "/x", "Transfer-Encoding: chunked") + b"nonsense\r\n", "PUT", "/x", 400),
        (request("GET", "/bug"), "-", "-", 500),
        (request("GET", "/header"), "-", "-", 500),
    ],
)
def test_log_has_one_line_per_refusal(data: bytes, method: str, target: str, status: int) -> None:
    with running() as server:
        answer = server.ask(data)
        assert answer.status == status
        (entry,) = server.wait_for_log()
        assert line(entry) == (method, target, status, len(answer.body), "")


def test_log_has_499_for_a_client_that_left() -> None:
    with running() as server:
        with server.connect() as client:
            client.send(request("PUT", "/x", "Content-Length: 5"))
            until(lambda: any(each.is_busy for each in server.server._connections.values()))
        (entry,) = server.wait_for_log()
        assert line(entry) == ("PUT", "/x", 499, 0, "")

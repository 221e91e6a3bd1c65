"""Many slow clients do not delay the other clients."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from registry_gitops.registry.http import Limits
from tests.registry.http.echo import Client, Running, request, running, until

pytestmark = [pytest.mark.tools, pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")]

PUT = request("PUT", "/x", "Content-Length: 1000")
CHUNKED = request("PUT", "/x", "Transfer-Encoding: chunked")


def seconds(what: Callable[[], object]) -> float:
    begin = time.monotonic()
    what()
    return time.monotonic() - begin


def test_head_that_times_out_is_408() -> None:
    with running(Limits(head_timeout=0.3)) as server, server.connect() as client:
        client.send(request()[:-1])
        answer = client.answer()
        assert (answer.status, answer.code) == (408, "UNSUPPORTED")
        assert client.ended()
        assert [entry.status for entry in server.wait_for_log()] == [408]


@pytest.mark.parametrize("before", [b"", request()], ids=["first", "second"])
def test_head_timeout_counts_from_the_first_byte(before: bytes) -> None:
    with running(Limits(head_timeout=0.5)) as server, server.connect() as client:
        if before:
            assert client.ask(before).status == 200
        begin = time.monotonic()
        with pytest.raises(ConnectionError):  # noqa: PT012
            for byte in request() * 100:
                client.send(bytes((byte,)))
                time.sleep(0.05)
        assert 0.4 < time.monotonic() - begin < 20


def test_head_after_a_request_has_the_head_timeout() -> None:
    with running(Limits(head_timeout=0.3, idle_timeout=60)) as server, server.connect() as client:
        assert client.ask(request() + request()[:-1]).status == 200
        assert client.answer().status == 408


@pytest.mark.parametrize("sent", [b"", request(), b"\r\n"], ids=["nothing", "a request", "an empty line"])
def test_idle_connection_ends_without_a_response(sent: bytes) -> None:
    with running(Limits(head_timeout=0.3, idle_timeout=0.3)) as server, server.connect() as client:
        client.send(sent)
        if sent == request():
            client.answer()
        assert 0.2 < seconds(lambda: client.ended()) < 20
        assert client.ended()


def test_empty_lines_do_not_keep_a_connection_open() -> None:
    with running(Limits(head_timeout=0.3, idle_timeout=0.3)) as server, server.connect() as client:
        began = time.monotonic()
        with pytest.raises(ConnectionError):  # noqa: PT012
            while time.monotonic() - began < 20:
                client.send(b"\r\n")
                time.sleep(0.02)


def test_request_has_neither_head_timeout_nor_idle_timeout() -> None:
    with running(Limits(head_timeout=0.2, idle_timeout=0.2)) as server, server.connect() as client:
        client.send(request("GET", "/hold"))
        time.sleep(0.6)
        server.echo.hold.set()
        assert client.answer().status == 200


@pytest.mark.parametrize("begin", [PUT, CHUNKED, CHUNKED + b"5\r\nhel"], ids=["length", "chunk size", "chunk"])
def test_stalled_body_ends_the_connection(begin: bytes) -> None:
    with running(Limits(stall_timeout=0.3)) as server, server.connect() as client:
        client.send(begin)
        assert 0.2 < seconds(client.ended) < 20
        assert [entry.status for entry in server.wait_for_log()] == [499]


@pytest.mark.parametrize("begin", [PUT, CHUNKED + b"3E8\r\n"], ids=["length", "chunked"])
def test_slow_body_ends_the_connection(begin: bytes) -> None:
    with running(Limits(slow_after=0.5, min_bytes_per_second=256)) as server, server.connect() as client:
        client.send(begin)
        began = time.monotonic()
        with pytest.raises(ConnectionError):  # noqa: PT012
            while time.monotonic() - began < 20:
                client.send(b"x")
                time.sleep(0.03)
        assert time.monotonic() - began > 0.4


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_client_that_reads_nothing_is_disconnected(kind: str) -> None:
    with running(Limits(stall_timeout=0.3)) as server, server.connect() as client:
        client.send(request("GET", f"/{kind}/50000000"))
        assert [entry.status for entry in server.wait_for_log()] == [499]


@pytest.mark.parametrize("target", ["/file/500000000", "/memory/50000000"])
def test_client_that_reads_slowly_is_disconnected(target: str) -> None:
    with (
        running(Limits(stall_timeout=0.5, slow_after=0.5, min_bytes_per_second=100_000_000)) as server,
        server.connect() as client,
    ):
        client.send(request("GET", target))
        until(lambda: not client.socket.recv(20_000) or server.log)
        assert [entry.status for entry in server.wait_for_log()] == [499]


def trickle(server: Running, clients: list[Client], piece: bytes) -> list[float]:
    """Return the seconds that each of ten requests took while all `clients` sent `piece` before each."""
    took = []
    with server.connect() as quick:
        for number in range(10):
            for client in clients:
                client.send(piece)
            path, body = ("/quick", b"") if number % 2 else ("/upload", bytes(100_000))
            took.append(seconds(lambda path=path, body=body: quick.ask(request("PUT", path, body=body))))  # type: ignore[misc]
    return took


@pytest.mark.parametrize(
    "begin", [request()[:-4] + b"\r\nX: ", PUT, CHUNKED + b"3E8\r\n"], ids=["heads", "length", "chunked"]
)
def test_five_hundred_slow_clients_block_no_other_client(begin: bytes) -> None:
    with running(log=False) as server, ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(500)]
        for client in clients:
            client.send(begin)
        took = trickle(server, clients, b"x")
        assert sorted(took)[-2] < 0.3, took
        for client in clients:
            client.socket.close()
        until(lambda: server.connect().ask(request()).status == 200)

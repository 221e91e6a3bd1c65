"""A server that stops completes the running requests, and leaves nothing open."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from registry_gitops.registry.http import Limits, Server
from registry_gitops.registry.http.channel import PlainChannel
from tests.registry.http.echo import Echo, request, running, until

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

DESCRIPTORS = Path("/proc/self/fd")


def descriptors() -> int:
    return len(list(DESCRIPTORS.iterdir()))


def run(what: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=what)
    thread.start()
    return thread


def test_stop_completes_running_requests_and_closes_other_connections() -> None:
    with running() as server, server.connect() as idle, server.connect() as half, server.connect() as client:
        assert idle.ask(request()).status == 200
        half.send(request()[:-1])
        client.send(request("PUT", "/hold", "Content-Length: 5"))
        assert server.echo.held.acquire(timeout=60)
        server.server.stop(5)
        until(lambda: server.server.context.is_stopping)
        assert idle.ended()
        assert half.ended()
        with pytest.raises(ConnectionError):
            server.connect()
        server.echo.hold.set()
        answer = client.ask(b"hello")
        assert (answer.said[4], answer.headers["connection"]) == ("hello", "close")


def test_stop_waits_for_the_refusal_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    busy: list[bool] = []
    send_now = PlainChannel.send_now

    def send_and_look(channel: PlainChannel, data: bytes) -> int:
        busy.extend(each.is_busy for each in server.server._connections.values())
        return send_now(channel, data)

    monkeypatch.setattr(PlainChannel, "send_now", send_and_look)
    with running() as server:
        assert server.ask(b"GET nothing HTTP/1.1\r\nHost: x\r\n\r\n").status == 400
        assert busy == [True]


def test_stop_waits_no_longer_than_its_timeout() -> None:
    for path in ("/hold", "/quick/hold"):
        server = Server(echo := Echo(), ("127.0.0.1", 0))
        serving = run(server.serve)
        with socket.create_connection(server.address) as client:
            client.sendall(request("GET", path))
            assert echo.held.acquire(timeout=60)
            began = time.monotonic()
            server.stop(0.2)
            serving.join(60)
            server.server_close()
            # What hangs in a handler is not ours to end: it notices a second later that the client is cut.
            assert time.monotonic() - began < 20
            echo.hold.set()


def test_stop_ends_the_read_of_a_body_at_its_timeout() -> None:
    server = Server(Echo(), ("127.0.0.1", 0))
    serving = run(server.serve)
    with socket.create_connection(server.address) as client:
        client.sendall(request("PUT", "/x", "Content-Length: 5"))
        until(lambda: any(each.is_busy for each in server._connections.values()))
        began = time.monotonic()
        server.stop(0.2)
        serving.join(60)
        assert time.monotonic() - began < 20
    server.server_close()


def test_stop_before_serve_ends_serve_at_once() -> None:
    server = Server(Echo(), ("127.0.0.1", 0))
    server.stop()
    server.serve()
    server.server_close()
    Server(Echo(), ("127.0.0.1", 0)).server_close()


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="this system does not list the descriptors of a process")
def test_stop_leaves_no_thread_and_no_file_descriptor() -> None:
    def held() -> tuple[list[str], int]:
        return sorted(each.name for each in threading.enumerate()), descriptors()

    before = held()
    with ExitStack() as clients, running() as server:
        idle, half, lingering = (clients.enter_context(server.connect()) for _ in range(3))
        idle.ask(request())
        half.send(request("PUT", "/x", "Content-Length: 5"))
        lingering.ask(b"nonsense\r\n\r\n")
        for _ in range(3):
            server.ask(request("GET", "/file/100"))
            server.ask(b"nonsense\r\n\r\n")
        until(lambda: any(each.is_busy for each in server.server._connections.values()))
        half.socket.close()
    assert held() == before


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="this system does not list the descriptors of a process")
def test_close_closes_connections_even_if_the_only_thread_hangs() -> None:
    server = Server(echo := Echo(), ("127.0.0.1", 0), limits=Limits(max_requests=0))
    serving = run(server.serve)
    with socket.create_connection(server.address) as idle, socket.create_connection(server.address) as client:
        idle.sendall(request())
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        client.sendall(request("GET", "/quick/hold"))
        assert echo.held.acquire(timeout=60)
        before = descriptors()
        server.stop(0)
        serving.join(60)
        server.server_close()
        # The listening socket, the poller, what wakes it (two), and the idle connection.
        assert descriptors() == before - 5
        echo.hold.set()
        until(lambda: descriptors() == before - 6)


def test_port_in_use_is_an_error() -> None:
    with running() as server, pytest.raises(OSError, match="in use"):
        Server(Echo(), server.server.address)


def test_server_listens_on_ipv6() -> None:
    server = Server(Echo(), ("::1", 0))
    serving = run(server.serve)
    with socket.create_connection(server.address) as client:
        client.sendall(request())
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
    server.stop()
    serving.join()
    server.server_close()

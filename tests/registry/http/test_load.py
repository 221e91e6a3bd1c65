"""Connections and requests over the limits, and handlers that hang."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from contextlib import ExitStack

import pytest

from registry_gitops.registry.http import Limits
from tests.registry.http.echo import Running, busy, request, running, until
from tests.support.tools import ROOT

pytestmark = [pytest.mark.tools, pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")]


def hold(server: Running, stack: ExitStack, path: str, count: int) -> None:
    """Let `count` requests hang in their handler."""
    for _ in range(count):
        stack.enter_context(server.connect()).send(request("GET", path))
        assert server.echo.held.acquire(timeout=60)


def test_requests_over_the_limit_get_429_except_quick_ones() -> None:
    with running(Limits(max_requests=3)) as server, ExitStack() as stack:
        hold(server, stack, "/hold", 3)
        answer = server.ask(request("GET", "/slow"))
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "TOOMANYREQUESTS", "1")
        assert server.ask(request()).status == 200
        # What is found quickly may be slow to send.
        assert server.ask(request("GET", "/quick/file/100")).status == 429
        server.echo.hold.set()
        until(lambda: server.ask(request("GET", "/slow")).status == 200)


def test_body_of_a_request_over_the_limit_blocks_no_other_client() -> None:
    with running(Limits(max_requests=1)) as server, ExitStack() as stack:
        hold(server, stack, "/hold", 1)
        with server.connect() as client:
            answer = client.ask(request("PUT", "/slow", "Content-Length: 1000") + b"not all of it")
            assert (answer.status, answer.headers["connection"]) == (429, "close")
            began = time.monotonic()
            assert server.ask(request()).status == 200
            assert time.monotonic() - began < 10


def test_connections_over_the_limit_get_503() -> None:
    with running(Limits(max_connections=3)) as server, ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(3)]
        assert clients[2].ask(request()).status == 200
        for _ in range(5):
            with server.connect() as surplus:
                surplus.send(request())
                answer = surplus.answer()
                assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "UNAVAILABLE", "1")
                assert surplus.ended()
        assert clients[0].ask(request()).status == 200
        clients[1].socket.close()
        until(lambda: server.ask(request()).status == 200)


def test_server_survives_many_connections_over_the_limit() -> None:
    with running(Limits(max_connections=10), log=False) as server, ExitStack() as stack:
        first = stack.enter_context(server.connect())
        assert first.ask(request()).status == 200
        for _ in range(200):
            stack.enter_context(server.connect())
        assert first.ask(request()).status == 200


def test_requests_that_hang_in_the_leader_block_no_other_client() -> None:
    with running(Limits(max_requests=10)) as server, ExitStack() as stack:
        for count in range(5):
            hold(server, stack, "/quick/hold", 1)
            began = time.monotonic()
            assert server.ask(request()).status == 200
            assert time.monotonic() - began < 10, count


def test_requests_that_hang_block_no_other_client_if_followers_exist() -> None:
    with running() as server, ExitStack() as stack:
        for _ in range(3):
            server.ask(request("GET", "/slow"))
        hold(server, stack, "/hold", 5)
        assert server.ask(request()).status == 200


def test_client_that_sends_while_its_request_hangs_gets_both_responses() -> None:
    for path in ("/quick/hold", "/hold"):
        with running() as server, server.connect() as client:
            client.send(request("GET", path))
            assert server.echo.held.acquire(timeout=60)
            time.sleep(0.3)
            client.send(request("GET", "/quick/next"))
            assert server.ask(request()).status == 200
            assert busy(0.5) < 0.05
            server.echo.hold.set()
            assert client.answer().said[1] == path
            assert client.answer().said[1] == "/quick/next"
            assert client.ask(request()).status == 200


def test_server_without_file_descriptors_serves_clients_and_accepts_others_later() -> None:
    program = """
        import os, resource, socket
        from tests.registry.http.echo import busy, request, running

        with running(log=False) as server, server.connect() as client:
            assert client.ask(request()).status == 200
            others = [socket.socket() for _ in range(5)]
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            taken = []
            try:
                while True:
                    taken.append(os.dup(0))
            except OSError:
                pass
            for other in others:
                other.connect(server.server.address)
                other.sendall(request())
            assert client.ask(request()).status == 200
            assert busy(0.5) < 0.05
            for descriptor in taken:
                os.close(descriptor)
            for other in others:
                other.settimeout(60)
                assert other.recv(1000).startswith(b"HTTP/1.1 200")
                other.close()
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert (done.returncode, done.stderr) == (0, "")

"""A server whose application returns its request, and a client that sends raw bytes."""

from __future__ import annotations

import json
import os
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from registry_gitops.registry.access_log import AccessLogEntry, AccessLogger
from registry_gitops.registry.http import Limits, Server
from registry_gitops.registry.messages import FilePart, Request, Response

SECONDS = 60


class Zeros:
    """A file of zeros that stays open until `close`."""

    def __init__(self, size: int) -> None:
        with tempfile.TemporaryFile() as file:
            file.truncate(size)
            self._descriptor = os.dup(file.fileno())

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        os.close(self._descriptor)


class Echo:
    """Answers paths that begin with `/quick` without blocking; `__call__` shows what other paths do."""

    def __init__(self) -> None:
        self.hold = threading.Event()
        """Set to answer the requests that hang in `/hold` and `/quick/hold`."""
        self.held = threading.Semaphore(0)
        """Released by each request that hangs."""

    def answers_without_blocking(self, request: Request) -> bool:
        return request.path.startswith("/quick")

    def __call__(self, request: Request) -> Response:
        kind, _, number = request.path.rpartition("/")
        if request.path in ("/hold", "/quick/hold"):
            self.held.release()
            self.hold.wait(SECONDS)
        if request.path == "/bug":
            raise RuntimeError("a mistake of ours")
        if request.path == "/header":
            return Response(200, [("Location", "/x\r\nSet-Cookie: a=b")])
        if request.path == "/refuse":
            return Response(401, [("WWW-Authenticate", "Basic")], [b"no"])
        if kind == "/status":
            return Response(int(number), [], [b"there is no place for this"])
        if kind in ("/file", "/quick/file"):
            file = Zeros(int(number))
            return Response(200, [], [FilePart(file, 0, int(number))])
        if kind == "/memory":
            return Response(200, [], [bytes(int(number))])
        body = bytearray()
        piece = bytearray(1024 * 1024)
        while count := request.body.readinto(memoryview(piece)):
            body += piece[:count]
        said = [request.method, request.path, request.query, request.headers.get("accept", ""), body.decode("latin-1")]
        return Response(200, [("Content-Type", "application/json")], [json.dumps(said).encode()])


@dataclass
class Running:
    """A running server."""

    server: Server
    echo: Echo
    log: list[AccessLogEntry] = field(default_factory=list)

    def connect(self, tls: ssl.SSLContext | None = None) -> Client:
        return Client(self.server.address, tls)

    def ask(self, data: bytes) -> Answer:
        """Return the first response to `data`, sent on a new connection."""
        with self.connect() as client:
            return client.ask(data)

    def wait_for_log(self, count: int = 1) -> list[AccessLogEntry]:
        """Return the log, once it has `count` lines."""
        until(lambda: len(self.log) >= count)
        return self.log


@contextmanager
def running(limits: Limits | None = None, tls: ssl.SSLContext | None = None, *, log: bool = True) -> Iterator[Running]:
    """Run a server in a thread; stop and close it at the end."""
    echo = Echo()
    entries: list[AccessLogEntry] = []
    listener: AccessLogger | None = entries.append if log else None
    server = Server(echo, ("127.0.0.1", 0), limits=limits, tls=tls, log=listener)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield Running(server, echo, entries)
    finally:
        echo.hold.set()
        server.stop(5)
        thread.join(SECONDS)
        server.server_close()
        assert not thread.is_alive()


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> list[str]:
        """The request that the application got: method, path, query, Accept, body."""
        assert self.status == 200, self
        said: list[str] = json.loads(self.body)
        return said

    @property
    def code(self) -> str:
        """The code of an error in the spec's JSON."""
        assert self.headers["content-type"] == "application/json", self
        (error,) = json.loads(self.body)["errors"]
        assert error["message"]
        assert error["detail"]
        return str(error["code"])


class Client:
    """A connection."""

    def __init__(self, address: tuple[str, int], tls: ssl.SSLContext | None = None) -> None:
        self.socket = socket.create_connection(address, SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname="127.0.0.1")
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, data: bytes, *, head: bool = False) -> Answer:
        self.send(data)
        return self.answer(head=head)

    def answer(self, *, head: bool = False) -> Answer:
        """Return the next response; with `head`, it has no body, whatever its Content-Length."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        begin, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *lines = begin.decode("latin-1").split("\r\n")
        version, status, _ = first.split(" ", 2)
        assert version == "HTTP/1.1"
        pairs = [line.split(": ", 1) for line in lines]
        headers = {name.lower(): value for name, value in pairs}
        assert len(headers) == len(pairs), f"a header twice: {lines}"
        size = 0 if head else int(headers.get("content-length", 0))
        while len(self.buffer) < size:
            self._more()
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return Answer(int(status), headers, body)

    def ended(self) -> bool:
        """Whether the server closed the connection."""
        try:
            return not self.buffer and self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def _more(self) -> None:
        piece = self.socket.recv(1024 * 1024)
        if not piece:
            raise EOFError(f"the connection ended after {self.buffer[:200]!r}")
        self.buffer += piece


def request(
    method: str = "GET", target: str = "/quick", *headers: str, body: bytes = b"", version: str = "1.1"
) -> bytes:
    """Return a request with a Host, and a Content-Length if there is a body."""
    lines = [f"{method} {target} HTTP/{version}", "Host: registry", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def until(condition: object, seconds: float = SECONDS) -> None:
    """Return as soon as `condition()` is true."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.005)


def busy(seconds: float) -> float:
    """Return the processor time that this process uses while it waits for `seconds`."""
    began = time.process_time()
    time.sleep(seconds)
    return time.process_time() - began

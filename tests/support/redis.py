"""A real redis-server as a child process on loopback."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from tests.support.authority import Authority
from tests.support.listening import HOST, Listening
from tests.support.tools import tool

SECONDS = 120


class RedisError(Exception):
    """redis refused a command."""


class Redis(Listening):
    """One redis without persistence; a context manager.

    With `password` it refuses clients that do not log in. With `authority` it uses TLS alone, with a certificate of
    this authority for 127.0.0.1 and localhost.
    """

    def __init__(self, *, password: str = "", authority: Authority | None = None) -> None:
        super().__init__(self._start)
        self.password = password
        self._authority = authority

    @property
    def address(self) -> str:
        """HOST:PORT, as config.yml has it in `redis.addrs`."""
        return f"{HOST}:{self.port}"

    def command(self, *words: str) -> str:
        """Send one command, and return the first line of its reply: `PONG`, or the number of keys of `DBSIZE`."""
        with self._connect() as connection, connection.makefile("rb") as replies:
            if self.password:
                connection.sendall(_encode("AUTH", self.password))
                _check(replies.readline())
            connection.sendall(_encode(*words))
            return _check(replies.readline())

    def _connect(self) -> socket.socket:
        connection = socket.create_connection((HOST, self.port), timeout=SECONDS)
        if self._authority is None:
            return connection
        context = ssl.create_default_context(cafile=self._authority.certificate)
        return context.wrap_socket(connection, server_hostname=HOST)

    def _start(self, port: int) -> list[str | Path]:
        options: list[str | Path] = ["--bind", HOST, "--save", "", "--appendonly", "no"]
        if self.password:
            options += ["--requirepass", self.password]
        if self._authority is None:
            return [tool("redis-server"), "--port", str(port), *options]
        served = self._authority.sign("redis")
        options += ["--tls-cert-file", served.certificate, "--tls-key-file", served.key]
        options += ["--tls-ca-cert-file", self._authority.certificate, "--tls-auth-clients", "no"]
        return [tool("redis-server"), "--port", "0", "--tls-port", str(port), *options]


def _encode(*words: str) -> bytes:
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        content = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(content), content))
    return b"".join(parts)


def _check(reply: bytes) -> str:
    line = reply.decode().rstrip()
    if line.startswith("-"):
        raise RedisError(line.removeprefix("-"))
    return line[1:]

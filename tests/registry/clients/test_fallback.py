"""Who tries TLS on a plain port is told at once, and goes on without: Docker, containerd and skopeo try it first."""

from __future__ import annotations

import contextlib
import socket
import ssl
from urllib.parse import urlsplit

from tests.registry.clients.programs import Registry

SECONDS = 2


def test_a_client_that_speaks_tls_to_plain_http_is_answered_at_once_in_plain_http(plain: Registry) -> None:
    address = urlsplit(plain.url)
    greeting = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), greeting, server_hostname=address.hostname)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=SECONDS) as connection:
        connection.sendall(greeting.read())
        # Go's TLS takes what begins like this for "server gave HTTP response to HTTPS client".
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")

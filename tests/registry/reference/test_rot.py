"""A blob whose file ends too early is cut off, is not there any more from then on, and a push heals it."""

from __future__ import annotations

import hashlib
import socket
import time
from http.client import HTTPConnection
from pathlib import Path

from registry_gitops.registry import ReferenceRegistry

CONTENT = bytes(range(256)) * 64 * 1024
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


def ask(address: tuple[str, int], method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = HTTPConnection(*address)
    connection.request(method, path, body)
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def all_that_comes(client: socket.socket) -> int:
    return sum(map(len, iter(lambda: client.recv(1 << 20), b"")))


def test_a_blob_that_ends_too_early_is_cut_off_and_pushing_it_again_heals_it(tmp_path: Path) -> None:
    with ReferenceRegistry(tmp_path) as registry:
        push = f"/v2/app/blobs/uploads/?digest={DIGEST}"
        assert ask(registry.address, "POST", push, CONTENT)[0] == 201
        with socket.create_connection(registry.address) as client:
            client.sendall(f"GET /v2/app/blobs/{DIGEST} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
            assert client.recv(15).startswith(b"HTTP/1.1 200")
            (data,) = (path for path in tmp_path.rglob("data") if path.stat().st_size == len(CONTENT))
            with data.open("r+b") as file:
                file.truncate(1000)
            assert all_that_comes(client) < len(CONTENT)
        deadline = time.monotonic() + 5
        while ask(registry.address, "HEAD", f"/v2/app/blobs/{DIGEST}")[0] != 404:
            assert time.monotonic() < deadline, "it is still said to be there"
            time.sleep(0.02)
        assert ask(registry.address, "POST", push, CONTENT)[0] == 201
        assert ask(registry.address, "GET", f"/v2/app/blobs/{DIGEST}") == (200, CONTENT)

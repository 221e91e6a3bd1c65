"""A blob whose file ends too early is cut off, is not there any more from then on, and a push heals it."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from http.client import HTTPConnection
from pathlib import Path

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.registry.contents import ContentStore, Digest, layout
from registry_gitops.registry.storage import FileStorage
from registry_gitops.registry.storage.disk_files import DiskFile

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
        deadline = time.monotonic() + 60
        while ask(registry.address, "HEAD", f"/v2/app/blobs/{DIGEST}")[0] != 404:
            assert time.monotonic() < deadline, "it is still said to be there"
            time.sleep(0.02)
        assert ask(registry.address, "POST", push, CONTENT)[0] == 201
        assert ask(registry.address, "GET", f"/v2/app/blobs/{DIGEST}") == (200, CONTENT)


class Meanwhile(FileStorage):
    """Somebody writes to the first file that is opened, after it was looked at."""

    written = False

    def open(self, path: str) -> DiskFile | None:
        if not self.written:
            self.written = True
            assert self.touch(path)
        return super().open(path)


def test_rot_is_removed_too_where_the_file_changed_while_it_was_read(tmp_path: Path) -> None:
    digest = Digest.of(CONTENT)
    data = tmp_path / "docker/registry/v2" / layout.blob_data_path(digest)
    data.parent.mkdir(parents=True)
    data.write_bytes(CONTENT[:1000])
    os.utime(data, (1, 1))
    storage = Meanwhile(tmp_path)
    ContentStore(storage).delete_if_corrupt(digest)
    assert storage.written
    assert not data.exists()

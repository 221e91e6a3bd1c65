"""What a run pushed is deleted, also right after it was interrupted."""

from __future__ import annotations

import socket
import threading

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.smoke import connect
from registry_gitops.smoke.cleanup import PushRecord, clean_up


def test_upload_is_canceled_once_the_registry_has_done_with_the_interrupted_chunk() -> None:
    with ReferenceRegistry() as registry, connect(registry.url) as client:
        location = client.request("POST", "/v2/team/app/blobs/uploads/").headers["Location"]
        with socket.create_connection(registry.address) as chunk:
            head = (
                f"PATCH {location} HTTP/1.1\r\nHost: registry\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
            )
            chunk.sendall(head.encode())
            assert chunk.recv(100).startswith(b"HTTP/1.1 100 ")
            assert client.request("DELETE", location).status == 409
            interruption = threading.Timer(0.3, chunk.close)
            interruption.start()
            assert clean_up(client, PushRecord(uploads={location: None})) == ()
            interruption.join()
        assert client.request("GET", location).status == 404

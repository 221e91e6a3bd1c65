"""What a run pushed is deleted, also right after it was interrupted."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from registry_gitops.registry import AccessLogEntry, ReferenceRegistry
from registry_gitops.smoke import CHECKS, connect, run_checks
from registry_gitops.smoke.cleanup import clean_up
from registry_gitops.smoke.push_record import PushRecord


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
            clean_up(client, PushRecord(uploads={location: None}))
            interruption.join()
        assert client.request("GET", location).status == 404


def test_nothing_is_deleted_where_deletion_is_refused(tmp_path: Path) -> None:
    entries: list[AccessLogEntry] = []
    tag_list = [check for check in CHECKS if check.id == "tag-list"]
    registry = ReferenceRegistry(tmp_path, delete=False, access_log=entries.append)
    with registry, connect(registry.url) as client:
        report = run_checks(client, tag_list)
    deletions = [entry for entry in entries if entry.method == "DELETE"]
    assert len(deletions) == 1, "only the probe"
    assert report.leftover_summary == (
        "2 manifests with 5 tags, 3 blobs: 14.2 kB; every run pushes the same again, so that no more gets left"
    )


def test_repositories_that_are_empty_now_are_counted() -> None:
    with ReferenceRegistry() as registry, connect(registry.url) as client:
        one = run_checks(client, [check for check in CHECKS if check.id == "mount"])
        two = run_checks(client, [check for check in CHECKS if check.id == "catalog-pages"])
    assert (one.leftover_summary, two.leftover_summary) == ("1 empty repository", "2 empty repositories")

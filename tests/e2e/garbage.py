"""Garbage for the collector: a deleted image that is much larger than all that clients push meanwhile."""

from __future__ import annotations

import time
from random import Random

from tests.e2e.clients import Clients, is_connection_error
from tests.e2e.cluster import until
from tests.support.oci_content import Blob, image
from tests.support.oci_http import Repository

SIZE = 30_000_000
"""Bytes of the garbage."""

SECONDS_AT_WORK = 120
"""How long clients push and pull: two collections, one a minute, are in it."""


def find_large_files(directory: str) -> tuple[str, ...]:
    """Return the command that prints the files of a directory that are nearly as large as the garbage."""
    return ("find", directory, "-type", "f", "-size", f"+{SIZE // 2048}k")


def leave_garbage(url: str) -> Blob:
    """Push an image of SIZE, delete it, and return its layer, which is still stored."""
    repository = Repository(url, "team/garbage")
    pushed = image(Random("garbage"), SIZE)
    repository.push(pushed, "1")
    repository.ask("DELETE", f"manifests/{pushed.digest}")
    return pushed.parts[1]


def work(clients: Clients) -> None:
    """Let the clients work for SECONDS_AT_WORK, and return when each has pushed and pulled after that."""
    end = time.monotonic() + SECONDS_AT_WORK
    until("end of the time of work", lambda: time.monotonic() > end, SECONDS_AT_WORK + 30)
    clients.go_on(8)


def assert_only_pushes_were_refused(clients: Clients) -> None:
    """A push is refused while the registry serves read-only; a client may not repeat a connection that is refused.

    A push that began before the collection can end with 400: what it had sent without a manifest was garbage.
    """
    pushes = [said for said in clients.failed_pushes if not _is_refusal(said) and not is_connection_error(said)]
    pulls = [said for said in clients.failed_pulls if not is_connection_error(said)]
    assert not pushes, pushes
    assert not pulls, pulls


def _is_refusal(said: str) -> bool:
    return any(words in said for words in ("405", "MANIFEST_BLOB_UNKNOWN", "blob unknown"))

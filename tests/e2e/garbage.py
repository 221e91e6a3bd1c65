"""Garbage for the collector: a deleted image that is much larger than all that clients push meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random

from tests.e2e.clients import Clients, Failure
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


def assert_only_pushes_were_refused(clients: Clients, collections: Sequence[tuple[float, float]]) -> None:
    """Assert that pushes ended badly only while a collection ran, and pulls never; a connection may be cut.

    `collections`: the start and the end of each, in seconds since the epoch, with the restarts of the registry. Clients
    say many things of a push that a collection interrupts: 405 of a read-only registry, 400 where the blobs that came
    before were garbage, 416 for an upload that was cut off and is sent again.
    """
    pushes = [each for each in clients.failed_pushes if not any(_meets(each, *times) for times in collections)]
    others = [each for each in [*pushes, *clients.failed_pulls] if not each.is_connection_error]
    assert not others, f"{others}, but the collections were {collections}"


def _meets(failure: Failure, start: float, end: float) -> bool:
    return failure.start <= end and failure.end >= start

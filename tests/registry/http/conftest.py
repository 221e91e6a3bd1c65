"""One server for all tests that need no special limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.registry.http.echo import Client, Running, running


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server with the default limits."""
    with running() as it:
        yield it


@pytest.fixture
def client(server: Running) -> Iterator[Client]:
    """A connection to `server`."""
    with server.connect() as it:
        yield it

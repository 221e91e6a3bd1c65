"""An exception in any thread of the server costs at most one response, and never the server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from registry_gitops.registry.http import Limits, Server
from registry_gitops.registry.http.connection import Connection
from tests.registry.http.echo import Running, request, running, until

RAISED = [ValueError("a mistake"), MemoryError(), SystemExit(1), OSError(28, "no room in the poller")]


@pytest.fixture
def serving() -> Iterator[Running]:
    with running(Limits(head_timeout=0.3, idle_timeout=0.3)) as server:
        yield server


class Once:
    """Makes the first call of a method raise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, raised: BaseException) -> None:
        self.count = 0
        method = getattr(owner, name)

        def call(*args: object, **named: object) -> object:
            if not self.count:
                self.count += 1
                raise raised
            return method(*args, **named)

        monkeypatch.setattr(owner, name, call)


@pytest.mark.parametrize("raised", RAISED, ids=repr)
@pytest.mark.parametrize(
    "name", ["_accept", "_add_connection", "_serve_turn", "_start_polling", "_check_deadlines", "_expire"]
)
def test_server_survives_an_exception_in_each_step(
    serving: Running, monkeypatch: pytest.MonkeyPatch, name: str, raised: BaseException
) -> None:
    once = Once(monkeypatch, Server, name, raised)
    # Somebody who is served badly, or whose time runs out, for each of the steps to be taken.
    with serving.connect() as unlucky:
        unlucky.send(request())
        until(lambda: once.count)
        until(lambda: serving.ask(request()).status == 200)
    for path in ("/quick", "/slow"):
        assert serving.ask(request("GET", path)).status == 200


@pytest.mark.parametrize("raised", RAISED, ids=repr)
def test_server_survives_an_exception_of_the_poller(
    serving: Running, monkeypatch: pytest.MonkeyPatch, raised: BaseException
) -> None:
    once = Once(monkeypatch, type(serving.server._poller), "select", raised)
    assert serving.ask(request()).status == 200
    until(lambda: once.count)
    assert serving.ask(request()).status == 200


@pytest.mark.parametrize("raised", [ValueError("a mistake"), MemoryError(), SystemExit(1)], ids=repr)
def test_exception_in_a_turn_is_500_and_ends_the_connection(
    serving: Running, monkeypatch: pytest.MonkeyPatch, raised: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    Once(monkeypatch, Connection, "_receive_and_answer", raised)
    assert serving.ask(request()).status == 500
    assert serving.ask(request()).status == 200
    assert "a mistake in the registry" in capfd.readouterr().err


def test_silent_connections_end_after_an_exception_of_the_housekeeper(
    serving: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Once(monkeypatch, Server, "_check_deadlines", ValueError("a mistake"))
    with serving.connect() as silent:
        until(lambda: once.count)
        began = time.monotonic()
        assert silent.ended()
        assert time.monotonic() - began < 5

"""The phases of a connection: the table, its drawing, and a client that makes each legal move."""

from __future__ import annotations

import re
from itertools import product
from typing import Final

import pytest

from registry_gitops.registry.http import Limits, phases
from registry_gitops.registry.http.phases import (
    LINGER_TIMEOUT,
    TRANSITIONS,
    ConnectionEvent,
    ConnectionState,
    IllegalTransitionError,
    Phase,
    phase_timeouts,
)
from tests.registry.http.echo import Running, request, running, until

Move = tuple[Phase, ConnectionEvent]

LEGAL: Final = [(phase, event) for phase, moves in TRANSITIONS.items() for event in moves]
ILLEGAL: Final = [move for move in product(Phase, ConnectionEvent) if move not in LEGAL]
LIMITS: Final = Limits(head_timeout=1, idle_timeout=2)

HEAD: Final = request()
BAD_LINE: Final = b"\n"
LEAVE: Final = None

PATHS: Final = {
    Phase.ACCEPTED: b"",
    Phase.IDLE: request(),
    Phase.READING_HEAD: HEAD[:-4],
    Phase.ANSWERING: request("PUT", "/x", "Transfer-Encoding: chunked"),
    Phase.OVER_LIMIT: b"",
    Phase.LINGERING: BAD_LINE,
}
"""What a client sends to get a connection into each phase."""

TRIGGERS: Final[dict[Move, bytes | None]] = {
    (Phase.ACCEPTED, ConnectionEvent.PARTIAL_HEAD): HEAD[:10],
    (Phase.ACCEPTED, ConnectionEvent.REQUEST): HEAD,
    (Phase.ACCEPTED, ConnectionEvent.LAST_RESPONSE): BAD_LINE,
    (Phase.ACCEPTED, ConnectionEvent.END): LEAVE,
    (Phase.IDLE, ConnectionEvent.PARTIAL_HEAD): b"\r\n" + HEAD[:10],
    (Phase.IDLE, ConnectionEvent.REQUEST): HEAD,
    (Phase.IDLE, ConnectionEvent.LAST_RESPONSE): BAD_LINE,
    (Phase.IDLE, ConnectionEvent.END): LEAVE,
    (Phase.READING_HEAD, ConnectionEvent.REQUEST): HEAD[-4:],
    (Phase.READING_HEAD, ConnectionEvent.LAST_RESPONSE): BAD_LINE,
    (Phase.READING_HEAD, ConnectionEvent.END): LEAVE,
    (Phase.ANSWERING, ConnectionEvent.REQUEST): b"0\r\n\r\n" + HEAD,
    (Phase.ANSWERING, ConnectionEvent.ALL_ANSWERED): b"0\r\n\r\n",
    (Phase.ANSWERING, ConnectionEvent.LAST_RESPONSE): b"no chunk\r\n",
    (Phase.ANSWERING, ConnectionEvent.END): LEAVE,
    (Phase.OVER_LIMIT, ConnectionEvent.LAST_RESPONSE): b"x",
    (Phase.OVER_LIMIT, ConnectionEvent.END): LEAVE,
    (Phase.LINGERING, ConnectionEvent.END): LEAVE,
}
"""What it sends then to cause each event."""


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Phase, ConnectionEvent, Phase]]:
    """The moves of all connections, in order."""
    made = []
    original = ConnectionState.move

    def move(state: ConnectionState, event: ConnectionEvent) -> None:
        before = state.phase
        original(state, event)
        made.append((before, event, state.phase))

    monkeypatch.setattr(ConnectionState, "move", move)
    return made


def phases_of(server: Running) -> list[Phase]:
    """The phases of the open connections."""
    return [each.state.phase for each in list(server.server._connections.values())]


@pytest.mark.parametrize(("phase", "event"), LEGAL)
def test_client_causes_each_legal_move(
    moves: list[tuple[Phase, ConnectionEvent, Phase]], phase: Phase, event: ConnectionEvent
) -> None:
    limits = Limits(max_connections=0 if phase is Phase.OVER_LIMIT else 1)
    with running(limits) as server, server.connect() as client:
        client.send(PATHS[phase])
        until(lambda: phases_of(server) == [phase])
        trigger = TRIGGERS[phase, event]
        if trigger is LEAVE:
            client.socket.close()
        else:
            client.send(trigger)
        until(lambda: (phase, event, TRANSITIONS[phase][event]) in moves)


def test_every_connection_ends_closed(moves: list[tuple[Phase, ConnectionEvent, Phase]]) -> None:
    with running() as server:
        for phase in (Phase.IDLE, Phase.READING_HEAD, Phase.ANSWERING, Phase.LINGERING):
            with server.connect() as client:
                client.send(PATHS[phase])
                until(lambda phase=phase: phase in phases_of(server))
    assert [after for *_, after in moves].count(Phase.CLOSED) == 4


@pytest.mark.parametrize(("phase", "event"), ILLEGAL)
def test_illegal_move_raises_and_keeps_the_phase(phase: Phase, event: ConnectionEvent) -> None:
    state = ConnectionState(phase, phase_timeouts(LIMITS))
    deadline = state.deadline
    with pytest.raises(IllegalTransitionError, match=f"{event} while {phase}"):
        state.move(event)
    assert (state.phase, state.deadline) == (phase, deadline)


def test_connection_refuses_only_once() -> None:
    with running() as server, server.connect() as client:
        client.send(BAD_LINE)
        assert client.answer().status == 400
        until(lambda: phases_of(server) == [Phase.LINGERING])
        (connection,) = server.server._connections.values()
        connection.refuse(500, "a second last response")
        assert client.ended()
    assert [entry.status for entry in server.log] == [400]


def test_drawing_shows_the_table() -> None:
    head, lifelines, *rows = documentation()[1].splitlines()
    at = {Phase[match[0]]: lifelines.index("|", match.start(), match.end()) for match in re.finditer(r"\w+", head)}
    assert lifelines.count("|") == len(at)
    drawn: dict[Phase, dict[ConnectionEvent, Phase]] = {phase: {} for phase in at}
    for row in rows:
        event = ConnectionEvent[row.split()[0]]
        sources = [phase for phase, column in at.items() if row[column] in "o@"]
        (target,) = (phase for phase, column in at.items() if row[column - 1] == ">" or row[column + 1 :][:1] == "<")
        assert [phase for phase in at if row[at[phase]] == "@"] == [target] * (target in sources)
        ends = sorted([*map(at.__getitem__, sources), at[target]])
        assert re.fullmatch(r"[-o@|<>]+", row[ends[0] : ends[-1] + 1]), row
        for phase in sources:
            drawn[phase][event] = target
    assert drawn == TRANSITIONS


def test_documentation_lists_the_timeout_of_each_phase() -> None:
    seconds = {"head_timeout": 1, "idle_timeout": 2, "LINGER_TIMEOUT": LINGER_TIMEOUT, "none": float("inf")}
    _, *rows = documentation()[3].splitlines()
    listed = {Phase[row.split()[0]]: seconds[row.split()[1]] for row in rows}
    assert listed == phase_timeouts(LIMITS)


def documentation() -> list[str]:
    """The paragraphs of the module's docstring."""
    assert phases.__doc__ is not None
    return phases.__doc__.split("\n\n")

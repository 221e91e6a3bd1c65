"""The state of a connection: one phase at a time, and a table of the events that are legal in it.

                     ACCEPTED    IDLE    READING_HEAD    ANSWERING    OVER_LIMIT    LINGERING    CLOSED
                        |         |           |              |            |             |           |
    PARTIAL_HEAD        o---------o---------->|              |            |             |           |
    REQUEST             o---------o-----------o------------->@            |             |           |
    ALL_ANSWERED        |         |<-------------------------o            |             |           |
    LAST_RESPONSE       o---------o-----------o--------------o------------o------------>|           |
    END                 o---------o-----------o--------------o------------o-------------o---------->|

`o` is a phase in which the event is legal, an arrow points at the next phase, and `@` is a phase that stays. A
connection starts ACCEPTED, or OVER_LIMIT if too many are open. What each phase means for the other parts:

    phase           timeout         at the timeout    bytes from the client    when the server stops
    ACCEPTED        head_timeout    closed            begin a head             closed at once
    IDLE            idle_timeout    closed            begin a head             closed at once
    READING_HEAD    head_timeout    408, closed       continue the head        closed at once
    ANSWERING       none            -                 are a body, or wait      closed after the response
    OVER_LIMIT      head_timeout    closed            get a 503                closed at once
    LINGERING       LINGER_TIMEOUT  closed            are discarded            closed at once
    CLOSED          none            -                 -                        -

While ANSWERING, the limits of a body's rate apply instead of a timeout. The poller watches a connection in every phase
but CLOSED; if bytes arrive while a thread serves it, it is not polled until that thread is done.

Only the thread that holds the connection's turn lock calls `move`. Other threads only read: the housekeeper reads
`deadline`, and again once it holds the lock; the thread that stops the server reads `phase`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final

from registry_gitops.registry.http.limits import Limits

LINGER_TIMEOUT: Final = 2.0
"""Seconds for which the client can still send. If the socket were closed at once, it could lose the last response."""


class Phase(StrEnum):
    """What a connection does, or waits for."""

    ACCEPTED = auto()
    """Waits for the TLS handshake, and the first byte of the first request."""
    IDLE = auto()
    """Waits for the first byte of the next request."""
    READING_HEAD = auto()
    """Waits for the rest of a head."""
    ANSWERING = auto()
    """A thread answers a request: it reads the body, calls the application, and sends the response."""
    OVER_LIMIT = auto()
    """Waits for bytes, to refuse them: too many connections are open."""
    LINGERING = auto()
    """Waits for the client to leave after the last response."""
    CLOSED = auto()


class ConnectionEvent(StrEnum):
    """What happens to a connection."""

    PARTIAL_HEAD = auto()
    """The first bytes of a head are here, but not all of it. Empty lines before it do not count."""
    REQUEST = auto()
    """A whole head is here."""
    ALL_ANSWERED = auto()
    """Every request that is here has its response, and the client can send more."""
    LAST_RESPONSE = auto()
    """The last response is sent: the client asked to close, or sent no request, or the server stops, or failed."""
    END = auto()
    """The client left, the timeout is over, or the server stops."""


_REFUSE: Final = {ConnectionEvent.LAST_RESPONSE: Phase.LINGERING, ConnectionEvent.END: Phase.CLOSED}
_ANSWER: Final = {ConnectionEvent.REQUEST: Phase.ANSWERING, **_REFUSE}
_WAIT: Final = {ConnectionEvent.PARTIAL_HEAD: Phase.READING_HEAD, **_ANSWER}

TRANSITIONS: Final[Mapping[Phase, Mapping[ConnectionEvent, Phase]]] = {
    Phase.ACCEPTED: _WAIT,
    Phase.IDLE: _WAIT,
    Phase.READING_HEAD: _ANSWER,
    # A pipelined request stays here. The phase in between would be IDLE, which a server that stops closes.
    Phase.ANSWERING: {ConnectionEvent.ALL_ANSWERED: Phase.IDLE, **_ANSWER},
    Phase.OVER_LIMIT: _REFUSE,
    Phase.LINGERING: {ConnectionEvent.END: Phase.CLOSED},
    Phase.CLOSED: {},
}


class IllegalTransitionError(Exception):
    """An event that the phase does not allow: a bug."""


class ConnectionState:
    """The phase of one connection, and when it is over."""

    __slots__ = ("_timeouts", "deadline", "phase")

    def __init__(self, phase: Phase, timeouts: Mapping[Phase, float]) -> None:
        self._timeouts = timeouts
        self.phase = phase
        self.deadline = time.monotonic() + timeouts[phase]
        """End of the phase (`time.monotonic`); infinite if it has no timeout."""

    def move(self, event: ConnectionEvent) -> None:
        """Enter the next phase. Raises IllegalTransitionError, and keeps the phase."""
        try:
            phase = TRANSITIONS[self.phase][event]
        except KeyError:
            raise IllegalTransitionError(f"{event} while {self.phase}") from None
        self.phase = phase
        self.deadline = time.monotonic() + self._timeouts[phase]


def phase_timeouts(limits: Limits) -> Mapping[Phase, float]:
    """Return the seconds that each phase can last."""
    return {
        Phase.ACCEPTED: limits.head_timeout,
        Phase.IDLE: limits.idle_timeout,
        Phase.READING_HEAD: limits.head_timeout,
        Phase.ANSWERING: float("inf"),
        Phase.OVER_LIMIT: limits.head_timeout,
        Phase.LINGERING: LINGER_TIMEOUT,
        Phase.CLOSED: float("inf"),
    }

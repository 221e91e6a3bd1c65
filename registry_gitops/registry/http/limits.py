"""What one client may take from the others."""

from __future__ import annotations

import time
from dataclasses import dataclass

from registry_gitops.registry.messages import ClientGone


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a server. Times are in seconds."""

    connections: int = 1024
    """Open at once; one more is answered 503. Each takes a file descriptor, and while it sends or gets a blob two."""
    requests: int = 512
    """Worked on at once, each by a thread of its own; one more is answered 429."""
    head: float = 10
    """From the first byte of a head to its last."""
    idle: float = 90
    """Between two requests of a connection."""
    stall: float = 30
    """In which at least one byte of a body must move."""
    slow: float = 60
    """After which a body must have moved at `rate` bytes a second, all in all."""
    rate: float = 256
    """The slowest that is borne: a 4 MiB manifest takes 4 hours then, and a client of one byte a second a minute."""


class Pace:
    """How fast the bytes of one body move."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._begin = time.monotonic()
        self._moved = 0

    def moved(self, count: int) -> None:
        """Count bytes. Raises ClientGone where they were too few for the time that has passed."""
        self._moved += count
        passed = time.monotonic() - self._begin
        if passed > self._limits.slow and self._moved < passed * self._limits.rate:
            raise ClientGone("too slow")

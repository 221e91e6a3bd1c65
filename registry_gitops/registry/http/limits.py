"""The limits that keep one client from starving the others."""

from __future__ import annotations

import time
from typing import NamedTuple

from registry_gitops.registry.messages import ClientGone


class Limits(NamedTuple):
    """Limits of a server. Timeouts are in seconds."""

    max_connections: int = 1024
    """Open at the same time; one more gets a 503. Each uses a file descriptor, and a second one while a blob moves."""
    max_requests: int = 512
    """In work at the same time, each in its own thread; one more gets a 429."""
    head_timeout: float = 10
    """From the first byte of a head to its last, and from the connection to its first head."""
    idle_timeout: float = 90
    """Between two requests of a connection."""
    stall_timeout: float = 30
    """Without a byte of a body, after which the connection is closed."""
    slow_after: float = 60
    """After which the average rate of a body must be `min_bytes_per_second`."""
    min_bytes_per_second: float = 256
    """A 4 MiB manifest can take 4 hours; a client that sends one byte a second is closed after `slow_after`."""


class TransferRate:
    """The average rate of one body."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._started = time.monotonic()
        self._bytes = 0

    def add(self, count: int) -> None:
        """Count `count` bytes. Raises ClientGone if the rate is below the limit."""
        self._bytes += count
        seconds = time.monotonic() - self._started
        if seconds > self._limits.slow_after and self._bytes < seconds * self._limits.min_bytes_per_second:
            raise ClientGone("too slow")

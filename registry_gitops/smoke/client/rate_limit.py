"""Rate limits: 429 Too Many Requests. Clients wait, and send the request again, as Docker and Podman do."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Final

ATTEMPTS: Final = 5
"""How often to send a request that gets 429."""
_MAX_WAIT: Final = 10.0
"""Seconds to wait at most, whatever the registry asks for."""


class RateLimit:
    """Counts how often clients of one registry had to wait. Thread-safe."""

    def __init__(self) -> None:
        self.waits = 0
        self._lock = threading.Lock()

    def wait(self, headers: Mapping[str, str]) -> None:
        """Wait as long as Retry-After asks for: 1 second without it. Source: RFC 6585, 429; RFC 9110, Retry-After."""
        with self._lock:
            self.waits += 1
        seconds = headers.get("Retry-After", "")
        time.sleep(min(float(seconds), _MAX_WAIT) if seconds.isdecimal() else 1.0)

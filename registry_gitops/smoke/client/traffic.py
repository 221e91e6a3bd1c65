"""What passes between a registry and its clients: how long responses took, and how often clients had to wait."""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

ATTEMPTS: Final = 5
"""How often to send a request that gets 429."""
_MAX_WAIT: Final = 10.0
"""Seconds to wait at most, whatever the registry asks for."""
_KIND: Final = re.compile(r"/(blobs/uploads|blobs|manifests|tags|referrers)/")


class Traffic:
    """Times and waits of all clients of one registry. Thread-safe."""

    def __init__(self) -> None:
        self.waits = 0
        """How often a client had to wait because of the registry's rate limit."""
        self._seconds: defaultdict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def wait(self, headers: Mapping[str, str]) -> None:
        """Wait as long as Retry-After asks for: 1 second without it. Source: RFC 6585, 429; RFC 9110, Retry-After."""
        with self._lock:
            self.waits += 1
        seconds = headers.get("Retry-After", "")
        time.sleep(min(float(seconds), _MAX_WAIT) if seconds.isdecimal() else 1.0)

    def add_response(self, method: str, url: str, seconds: float) -> None:
        """Add the time from a request to the headers of its response."""
        kind = _KIND.search(urlsplit(url).path)
        with self._lock:
            self._seconds[f"{method} of {kind[1]}" if kind else method].append(seconds)

    @property
    def count(self) -> int:
        """How many responses there were."""
        with self._lock:
            return sum(map(len, self._seconds.values()))

    @property
    def median(self) -> float:
        """Seconds of the median response; 0 if there was none."""
        with self._lock:
            seconds = [each for kind in self._seconds.values() for each in kind]
        return statistics.median(seconds) if seconds else 0.0

    def find_slowest(self) -> tuple[str, float]:
        """Return the kind of request that took longest in all, such as "PUT of manifests", and its median seconds."""
        with self._lock:
            kind, seconds = max(self._seconds.items(), key=lambda item: sum(item[1]))
            return kind, statistics.median(seconds)

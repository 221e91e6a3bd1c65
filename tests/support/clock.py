"""A clock for code that waits."""

from __future__ import annotations


class Clock:
    """Time that only passes while somebody sleeps: an attempt takes none, however busy the machine is."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

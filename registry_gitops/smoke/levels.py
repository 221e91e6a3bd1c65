"""Levels: how many checks run."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How many checks run. Each level includes those before it."""

    READ = "read"
    """Changes nothing."""

    SMOKE = "smoke"
    """Pushes, pulls, and deletes a few small images: seconds."""

    FULL = "full"
    """All checks: also a large layer, and many concurrent clients."""

    def includes(self, other: Level) -> bool:
        """Return whether a run of this level has the checks of the other."""
        order = list(Level)
        return order.index(other) <= order.index(self)

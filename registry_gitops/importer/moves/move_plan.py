"""A move as commands, and the way back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MovePlan:
    """Commands, in their order. A line that begins with # is a comment, which a shell ignores."""

    steps: list[str]
    """The move."""
    rollback: list[str]
    """The way back to the old registry, if the new one does not work."""

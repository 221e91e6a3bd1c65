"""What rules know of the output directory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OutputDirectory:
    """What is known of the output directory: read once, before the rules run."""

    path_in_repository: str | None = None
    """Path from the root of its Git repository, "." for the root. None if it is in no repository, or not known."""

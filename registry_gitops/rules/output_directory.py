"""Where a deployment is rendered to, as far as rules look at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OutputDirectory:
    """What is known of the output directory, read once before the rules run; rules read no disk themselves."""

    path_in_repository: str | None = None
    """Path from the root of its Git repository, "." for the root. None: in no repository, or no directory at all."""

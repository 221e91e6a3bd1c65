"""The fixtures of tests/cli."""

from .running import cli

__all__ = ["cli"]

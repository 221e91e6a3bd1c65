"""The fixtures of tests/unit/cli."""

from tests.cli.running import cli

__all__ = ["cli"]

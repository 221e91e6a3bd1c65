"""The fixtures of tests/charts."""

from tests.cli.running import cli

__all__ = ["cli"]

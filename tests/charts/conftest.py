"""The fixtures of tests/charts."""

from tests.cli.running import cli
from tests.cli.standard_input import piped_to

__all__ = ["cli", "piped_to"]

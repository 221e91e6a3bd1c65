"""The fixtures of tests/cli."""

from .running import cli
from .standard_input import piped_to, typed_to

__all__ = ["cli", "piped_to", "typed_to"]

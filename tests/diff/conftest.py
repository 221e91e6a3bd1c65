"""The fixtures of tests/diff."""

from .committed import repository, with_helm

__all__ = ["repository", "with_helm"]

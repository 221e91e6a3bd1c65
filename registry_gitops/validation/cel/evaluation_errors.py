"""How the evaluation of an expression ends without a value."""

from __future__ import annotations


class CelError(Exception):
    """An evaluation error of CEL: the API server refuses the object."""


class UnsupportedError(Exception):
    """An expression that this package cannot read: it is not evaluated."""


class UnknownValueError(Exception):
    """The result depends on a value that the file does not have yet."""

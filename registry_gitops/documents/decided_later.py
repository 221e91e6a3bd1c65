"""Values that a file does not hold yet: those of Flux's variables, and what SOPS encrypted."""

from __future__ import annotations


def is_decided_later(value: object) -> bool:
    """Whether a value is a text that Flux or SOPS replaces: it satisfies every type, enum, and pattern."""
    return isinstance(value, str) and ("${" in value or value.startswith("ENC["))

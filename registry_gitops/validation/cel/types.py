"""The types of CEL that Python's JSON types do not have, and equality across types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from registry_gitops.validation.cel.evaluation_errors import CelError, UnknownValueError

Object = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A duration."""

    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Optional:
    """An optional value; `()` if there is none."""

    content: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class CelType:
    """What `type(x)` returns."""

    name: str


class Unknown:
    """A value that Flux or SOPS puts in later."""


UNKNOWN = Unknown()


class Incomplete(Object):
    """An object to which a patch or an overlay can add fields: whether it has another field is unknown."""

    def __contains__(self, key: object) -> bool:
        if not super().__contains__(key):
            raise UnknownValueError
        return True

    def __missing__(self, key: str) -> Any:
        raise UnknownValueError


_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)"


def to_duration(text: str) -> Duration:
    """Return a duration as Go reads it, such as 1h30m. Raises CelError."""
    unsigned = text[1:] if text[:1] in ("-", "+") else text
    if unsigned != "0" and not re.fullmatch(f"(?:{_PART})+", unsigned, re.ASCII):
        raise CelError("invalid duration")
    from fractions import Fraction

    total = sum(int(Fraction(number) * _UNITS[unit]) for number, unit in re.findall(_PART, unsigned, re.ASCII))
    return Duration(-total if text.startswith("-") else total)


def equals(one: Any, other: Any) -> bool:
    """Whether two values are equal, as CEL has it: 1 == 1.0, and values of other types differ."""
    if one is UNKNOWN or other is UNKNOWN or type(one) is Incomplete or type(other) is Incomplete:
        raise UnknownValueError
    kinds = {type(one), type(other)}
    if kinds == {list}:
        return len(one) == len(other) and all(map(equals, one, other))
    if kinds == {dict}:
        return one.keys() == other.keys() and all(equals(value, other[key]) for key, value in one.items())
    if len(kinds) == 1 or kinds == {int, float}:
        return bool(one == other)
    return False

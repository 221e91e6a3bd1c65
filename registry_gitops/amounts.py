"""Quantities (10Gi, 500m) and durations (1h30m): one grammar for the config file and the command line.

Fields keep the text as it was written. To compare two of them, parse both. This module imports
no model, because the import of models takes half of the start-up of a command.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from registry_gitops.masking import quote

QUANTITY_PATTERN: Final = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"
"""A Kubernetes quantity, ``<signedNumber><suffix>``. Source: k8s.io/apimachinery/pkg/api/resource."""

DURATION_PATTERN: Final = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"
"""A duration of Flux. Source: its CRDs."""

_MAX_INT64: Final = 2**63 - 1
"""The most that Kubernetes counts in a quantity, and Go in a duration, in nanoseconds."""

_MAX_DIGITS: Final = 30
_MAX_EXPONENT_DIGITS: Final = 3

_UNITS: Final = {
    "": Decimal(1),
    **{unit: Decimal(10) ** power for unit, power in {"n": -9, "u": -6, "m": -3, "k": 3}.items()},
    **{unit: Decimal(1000) ** power for power, unit in enumerate("MGTPE", start=2)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)},
}
_SECONDS: Final = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}
# Go and Flux know no unit longer than an hour.
_LONG_SECONDS: Final = {**_SECONDS, "d": Decimal(86400), "w": Decimal(604800)}

_QUANTITY: Final = re.compile(QUANTITY_PATTERN)
_DURATION: Final = re.compile(DURATION_PATTERN)
_LONG_DURATION: Final = re.compile(r"([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+")
_PART: Final = re.compile(r"([0-9.]+)([a-z]+)")


def parse_quantity(text: str) -> Decimal:
    """Return a Kubernetes quantity, such as ``10Gi``, ``4M``, or ``500m``, in base units: bytes, cores, or objects.

    Raises ValueError for other text, and for more than 2**63 - 1, the most that Kubernetes counts.
    """
    found = _QUANTITY.fullmatch(text)
    if not found:
        raise ValueError(f"{quote(text)} is not a quantity: write a number and a unit, such as 10Gi, 512Mi or 500m")
    unit = found[3] or ""
    if unit not in _UNITS and len(unit.lstrip("eE+-0")) > _MAX_EXPONENT_DIGITS:
        raise ValueError(f"{quote(text)} is out of range: write an exponent from -999 to 999")
    scale = _UNITS[unit] if unit in _UNITS else Decimal(f"1{unit}")
    amount = _decimal(text.removesuffix(unit)) * scale
    if abs(amount) > _MAX_INT64:
        raise ValueError(f"{quote(text)} is too large: write at most {_MAX_INT64}, which is just below 8Ei")
    return amount


def parse_duration(text: str) -> Decimal:
    """Return the seconds of a duration as Flux and Go write it, such as ``1h30m``. Units: h, m, s, ms.

    Raises ValueError for other text, and for more than 2**63 - 1 nanoseconds, the most that Go counts.
    """
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{quote(text)} is not a duration: {_duration_remedy(text)}")
    seconds = _sum(text, _SECONDS)
    if seconds * 10**9 > _MAX_INT64:
        raise ValueError(f"{quote(text)} is too long: write at most 2562047h")
    return seconds


def _sum(text: str, units: dict[str, Decimal]) -> Decimal:
    return sum((_decimal(number) * units[unit] for number, unit in _PART.findall(text)), Decimal(0))


def _decimal(number: str) -> Decimal:
    """Return the number, or infinity if it has more digits than anything that is counted: a Decimal would overflow."""
    whole = number.partition(".")[0].lstrip("+-0")
    return Decimal("Infinity") if len(whole) > _MAX_DIGITS else Decimal(number)


def _duration_remedy(text: str) -> str:
    if _LONG_DURATION.fullmatch(text):
        total = _sum(text, _LONG_SECONDS)
        if total * 10**9 <= _MAX_INT64:
            hours, seconds = divmod(total, 3600)
            rest = f"{seconds.normalize():f}s" if seconds else ""
            return f"the longest unit is an hour: write {hours:f}h{rest}"
    if re.fullmatch(r"[0-9]{1,9}", text):
        return f"write a unit, such as {text}s or {text}m"
    return "write numbers with h, m, s or ms, such as 5m or 1h30m"

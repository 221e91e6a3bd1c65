"""Amounts as Kubernetes and Flux write them: `Quantity` (10Gi, 500m) and `Duration` (1h30m).

Fields keep the text as it was written; at run time it is one of these classes, which compare by amount.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from registry_gitops.model.base import custom_error


class _Amount(str):
    """Text that stands for a number: equality, order and hash are those of the number."""

    __slots__ = ("_number",)
    _number: Decimal

    def __new__(cls, text: str) -> Self:
        self = super().__new__(cls, text)
        self._number = cls._parse(text)
        return self

    @classmethod
    def _parse(cls, text: str) -> Decimal:
        raise NotImplementedError

    @classmethod
    def _number_of(cls, other: str) -> Decimal:
        if isinstance(other, _Amount) and not isinstance(other, cls):
            raise ValueError(f"a {cls.__name__} cannot be compared with a {type(other).__name__}")
        return other._number if isinstance(other, cls) else cls._parse(other)

    def __eq__(self, other: object) -> bool:
        try:
            return isinstance(other, str) and self._number == self._number_of(other)
        except ValueError:
            return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    # All four, because `str` has them all and would compare as text.
    def __lt__(self, other: str) -> bool:
        return self._number < self._number_of(other)

    def __le__(self, other: str) -> bool:
        return self._number <= self._number_of(other)

    def __gt__(self, other: str) -> bool:
        return self._number > self._number_of(other)

    def __ge__(self, other: str) -> bool:
        return self._number >= self._number_of(other)

    def __hash__(self) -> int:
        return hash(self._number)


class Quantity(_Amount):
    """A Kubernetes resource quantity, such as ``10Gi`` or ``500m``; ``Quantity("1Gi") == "1024Mi"``.

    Grammar: k8s.io/apimachinery/pkg/api/resource, ``<signedNumber><suffix>``. Raises ValueError for anything else.
    """

    PATTERN: ClassVar[str] = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"
    _MATCH: ClassVar[re.Pattern[str]] = re.compile(PATTERN)
    _UNITS: ClassVar[dict[str, Decimal]] = {
        **{unit: Decimal(10) ** power for unit, power in {"n": -9, "u": -6, "m": -3, "k": 3}.items()},
        **{unit: Decimal(1000) ** power for power, unit in enumerate("MGTPE", start=2)},
        **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)},
    }

    @property
    def amount(self) -> Decimal:
        """The number in base units: bytes, cores or objects."""
        return self._number

    @classmethod
    def _parse(cls, text: str) -> Decimal:
        found = cls._MATCH.fullmatch(text)
        if not found:
            raise ValueError(f'"{text}" is not a quantity: write a number and a unit, such as 10Gi, 512Mi or 500m')
        unit = found[3] or ""
        if unit in cls._UNITS:
            return Decimal(found[1]) * cls._UNITS[unit] * (-1 if text.startswith("-") else 1)
        return Decimal(text)


class Duration(_Amount):
    """A length of time as Flux and Go write it, such as ``1h30m``; ``Duration("60s") == "1m"``.

    Units: h, m, s, ms. Source: the CRDs of Flux, ``^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$``. Raises ValueError otherwise.
    """

    PATTERN: ClassVar[str] = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"
    _MATCH: ClassVar[re.Pattern[str]] = re.compile(PATTERN)
    _PART: ClassVar[re.Pattern[str]] = re.compile(r"([0-9.]+)(ms|s|m|h)")
    _SECONDS: ClassVar[dict[str, Decimal]] = {
        "ms": Decimal("0.001"),
        "s": Decimal(1),
        "m": Decimal(60),
        "h": Decimal(3600),
    }

    @property
    def seconds(self) -> Decimal:
        """The length in seconds."""
        return self._number

    @classmethod
    def _parse(cls, text: str) -> Decimal:
        if not cls._MATCH.fullmatch(text):
            raise ValueError(f'"{text}" is not a duration: write numbers with h, m, s or ms, such as 5m or 1h30m')
        return sum((Decimal(number) * cls._SECONDS[unit] for number, unit in cls._PART.findall(text)), Decimal(0))


def _number_as_text(value: object) -> object:
    # `cpu: 1` is right in Kubernetes, where a quantity may be a JSON number.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _quantity(value: str) -> Quantity:
    try:
        return Quantity(value)
    except ValueError as error:
        raise custom_error("quantity", str(error)) from None


def _duration(value: str) -> Duration:
    try:
        return Duration(value)
    except ValueError as error:
        raise custom_error("duration", str(error)) from None


# Fields are typed as the text that people write, so that `interval="10m"` satisfies every type checker.
QuantityText = Annotated[
    str,
    BeforeValidator(_number_as_text),
    AfterValidator(_quantity),
    PlainSerializer(str.__str__, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "pattern": Quantity.PATTERN, "examples": ["10Gi"]}),
]
DurationText = Annotated[
    str,
    AfterValidator(_duration),
    PlainSerializer(str.__str__, return_type=str),
    WithJsonSchema({"type": "string", "pattern": Duration.PATTERN, "examples": ["10m"]}),
]

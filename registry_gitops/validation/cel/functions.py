"""The functions and operators of CEL, by name and types of the arguments; a method has its receiver first.

Besides CEL's own they are Kubernetes' libraries for texts and lists, and those for IP addresses and ranges. An
expression with another function is not evaluated.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from registry_gitops.validation.cel.evaluation_errors import CelError, UnknownValueError, UnsupportedError
from registry_gitops.validation.cel.types import UNKNOWN, CelType, Duration, Incomplete, Optional, equals, to_duration

_NUMBERS = (int, float)
_KEYS = (str, int, bool)
_LARGEST: Final = 2**63


def call(function: str, arguments: tuple[Any, ...]) -> Any:
    """Return the result of a function or operator. Raises CelError for types that it does not take."""
    found = _OVERLOADS.get((function, *map(type, arguments)))
    if found is None:
        if any(value is UNKNOWN or type(value) is Incomplete for value in arguments):
            raise UnknownValueError
        raise CelError(f"no such overload: {function}({', '.join(type_of(value).name for value in arguments)})")
    try:
        return found(*arguments)
    except ArithmeticError as error:
        raise CelError("a number out of range") from error


def exists(function: str, count: int) -> bool:
    """Whether there is a function of this name with so many arguments, the receiver among them."""
    return (function, count) in _NAMES


def type_of(value: Any) -> CelType:
    """Return the type of a value, as `type(x)` does."""
    return CelType(_TYPE_NAMES.get(type(value), "dyn"))


def contains(value: Any, container: Any) -> bool:
    """`value in container`."""
    if isinstance(container, list):
        return any(equals(value, item) for item in container)
    if isinstance(container, dict) and type(value) in _KEYS:
        return value in container
    raise UnknownValueError if container is UNKNOWN or value is UNKNOWN else CelError("no such overload: in")


def index(container: Any, key: Any) -> Any:
    """`container[key]`."""
    if container is UNKNOWN or key is UNKNOWN:
        raise UnknownValueError
    if isinstance(container, list):
        if type(key) not in _NUMBERS or key != int(key):
            raise CelError("unsupported index type")
        if not 0 <= key < len(container):
            raise CelError("index out of bounds")
        return container[int(key)]
    if not isinstance(container, dict) or type(key) not in _KEYS:
        raise CelError("no such overload: [...]")
    if key not in container:
        raise CelError("no such key")
    return container[key]


def _matches(text: str, pattern: str) -> bool:
    """`text.matches(pattern)`: RE2's syntax, in linear time, by the engine of jsonschema-rs."""
    return _regular_expression(pattern)(text)


@functools.lru_cache(1000)
def _regular_expression(pattern: str) -> Callable[[str], bool]:
    import jsonschema_rs

    try:
        options = jsonschema_rs.RegexOptions()
        return jsonschema_rs.validator_for({"pattern": pattern}, pattern_options=options).is_valid
    except jsonschema_rs.ValidationError as error:
        raise UnsupportedError("a regular expression that cannot be read") from error


def _bounded(value: int) -> int:
    if not -_LARGEST <= value < _LARGEST:
        raise CelError("integer overflow")
    return value


def _divide(one: int, other: int) -> int:
    if other == 0:
        raise CelError("division by zero")
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def _divide_double(one: float, other: float) -> float:
    if other == 0:
        return float("nan") if one == 0 or one != one else float("inf") * one
    return one / other


def _modulo(one: int, other: int) -> int:
    if other == 0:
        raise CelError("modulus by zero")
    return one - other * _divide(one, other)


def _to_int(text: str) -> int:
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not (digits.isascii() and digits.isdigit()):
        raise CelError("no integer")
    return _bounded(int(text))


def _to_double(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise CelError("no number") from error


def _to_bool(text: str) -> bool:
    if text not in ("true", "True", "TRUE", "t", "1", "false", "False", "FALSE", "f", "0"):
        raise CelError("no boolean")
    return text in ("true", "True", "TRUE", "t", "1")


def _timestamp(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CelError("invalid timestamp") from error
    if found.tzinfo is None:
        raise CelError("invalid timestamp")
    return found


def _substring(text: str, start: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    if not 0 <= start <= end <= len(text):
        raise CelError("index out of range")
    return text[start:end]


def _char_at(text: str, position: int) -> str:
    if not 0 <= position <= len(text):
        raise CelError("index out of range")
    return text[position : position + 1]


def _split(text: str, separator: str, most: int = -1) -> list[str]:
    if most in (0, 1):
        return [text] if most else []
    if not separator:
        return list(text) if most < 0 or most >= len(text) else [*text[: most - 1], text[most - 1 :]]
    return text.split(separator, most - 1 if most > 0 else -1)


def _replace(text: str, old: str, new: str, most: int = -1) -> str:
    return text.replace(old, new, most)


def _ascii_case(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(change(char) if char.isascii() else char for char in text)


def _join(items: list[Any], separator: str = "") -> str:
    if not all(isinstance(item, str) for item in items):
        raise UnknownValueError if UNKNOWN in items else CelError("no such overload: join")
    return separator.join(items)


def _reduced(reduce: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def reduced(items: list[Any]) -> Any:
        if not items:
            raise CelError("called on an empty list")
        call("isSorted", (items,))
        return reduce(items)

    return reduced


def _is_sorted(items: list[Any]) -> bool:
    return all(call("<=", pair) for pair in itertools.pairwise(items))


def _sum(items: list[Any]) -> Any:
    return functools.reduce(lambda one, other: call("+", (one, other)), items) if items else 0


def _position(found: list[int]) -> int:
    return found[0] if found else -1


def _get(value: Optional) -> Any:
    if not value.content:
        raise CelError("optional.none() dereference")
    return value.content[0]


def _parse_ip(text: str) -> Any:
    import ipaddress

    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if "%" in text or getattr(found, "ipv4_mapped", None) else found


def _is_cidr(text: str) -> bool:
    address, slash, length = text.partition("/")
    ip = _parse_ip(address)
    is_number = length.isascii() and length.isdigit() and (length == "0" or not length.startswith("0"))
    return bool(slash and ip and is_number and int(length) <= ip.max_prefixlen)


_TYPE_NAMES: Final[dict[type, str]] = {
    bool: "bool",
    int: "int",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    type(None): "null_type",
    datetime: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    Optional: "optional_type",
    CelType: "type",
}

TYPES: Final = {name: CelType(name) for name in _TYPE_NAMES.values()}
"""The names of types, as expressions use them."""

_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_COMPARABLE = (
    *((one, other) for one in _NUMBERS for other in _NUMBERS),
    *((kind, kind) for kind in (str, bool, bytes)),
)
_ORDERED = (*_COMPARABLE, (Duration, Duration), (datetime, datetime))

_OVERLOADS: Final[dict[tuple[Any, ...], Callable[..., Any]]] = {
    **{(name, *kinds): compare for name, compare in _COMPARISONS.items() for kinds in _ORDERED},
    ("negate", int): lambda value: _bounded(-value),
    ("negate", float): operator.neg,
    ("+", int, int): lambda one, other: _bounded(one + other),
    ("-", int, int): lambda one, other: _bounded(one - other),
    ("*", int, int): lambda one, other: _bounded(one * other),
    ("/", int, int): _divide,
    ("%", int, int): _modulo,
    **{
        (sign, *kinds): function
        for sign, function in (("+", operator.add), ("-", operator.sub), ("*", operator.mul), ("/", _divide_double))
        for kinds in ((float, float), (int, float), (float, int))
    },
    **{("+", kind, kind): operator.add for kind in (str, bytes, list)},
    ("+", Duration, Duration): lambda one, other: Duration(one.nanoseconds + other.nanoseconds),
    ("-", Duration, Duration): lambda one, other: Duration(one.nanoseconds - other.nanoseconds),
    **{("size", kind): len for kind in (str, bytes, list, dict)},
    ("contains", str, str): operator.contains,
    ("startsWith", str, str): str.startswith,
    ("endsWith", str, str): str.endswith,
    ("matches", str, str): _matches,
    ("string", str): str,
    ("string", int): str,
    ("string", bool): lambda value: "true" if value else "false",
    ("string", float): lambda value: f"{value:.17g}" if value != int(value) else str(int(value)),
    ("int", int): int,
    ("int", float): lambda value: _bounded(int(value)),
    ("int", str): _to_int,
    ("double", int): float,
    ("double", float): float,
    ("double", str): _to_double,
    ("bool", bool): bool,
    ("bool", str): _to_bool,
    ("bytes", str): str.encode,
    ("duration", str): to_duration,
    ("duration", Duration): lambda value: value,
    ("timestamp", str): _timestamp,
    ("timestamp", datetime): lambda value: value,
    ("getSeconds", Duration): lambda value: _divide(value.nanoseconds, 10**9),
    ("getMinutes", Duration): lambda value: _divide(value.nanoseconds, 60 * 10**9),
    ("getHours", Duration): lambda value: _divide(value.nanoseconds, 3600 * 10**9),
    ("charAt", str, int): _char_at,
    ("indexOf", str, str): str.find,
    ("lastIndexOf", str, str): str.rfind,
    ("lowerAscii", str): _ascii_case(str.lower),
    ("upperAscii", str): _ascii_case(str.upper),
    ("replace", str, str, str): _replace,
    ("replace", str, str, str, int): _replace,
    ("split", str, str): _split,
    ("split", str, str, int): _split,
    ("substring", str, int): _substring,
    ("substring", str, int, int): _substring,
    ("trim", str): str.strip,
    ("join", list): _join,
    ("join", list, str): _join,
    ("isSorted", list): _is_sorted,
    ("sum", list): _sum,
    ("min", list): _reduced(min),
    ("max", list): _reduced(max),
    **{
        ("indexOf", list, kind): lambda items, value: _position(
            [at for at, item in enumerate(items) if equals(item, value)]
        )
        for kind in (str, int, float, bool)
    },
    ("isIP", str): lambda text: _parse_ip(text) is not None,
    ("isCIDR", str): _is_cidr,
    ("optional.none",): Optional,
    ("hasValue", Optional): lambda value: bool(value.content),
    ("value", Optional): _get,
}

_NAMES: Final = {(name, len(kinds)) for name, *kinds in _OVERLOADS}

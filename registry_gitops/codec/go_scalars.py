"""What Go's YAML reader makes of a scalar and of a key: `resolve` of go.yaml.in/yaml/v2, and sigs.k8s.io/yaml.

Plain functions of texts, without a YAML library.
"""

from __future__ import annotations

import math
import re
import struct
from typing import Any, Final

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], float("nan")),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], float("inf")),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], float("-inf")),
}
# Python's patterns stand for what strconv accepts. ASCII digits only: \d has those of other scripts.
_DECIMAL: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED: Final = re.compile(r"[-+]?0(?:[xX][0-9a-fA-F]+|[oO]?[0-7]+|[bB][01]+)")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_POINT_FLOAT: Final = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?")
_PREFIX: Final = "tag:yaml.org,2002:"
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "null": (type(None),),
}


def resolve_scalar(text: str, tag: str) -> Any:
    """Return the value of a scalar with a tag, or of a plain one. NotImplemented if Go cannot make it of the type."""
    name = tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else tag.removeprefix("!!")
    if tag and (name == tag or name not in (*_TYPES, "timestamp")):
        return text  # !!str, and all tags that Go does not know
    value = _plain(text)
    if not tag:
        return value
    if name == "timestamp":
        return text if isinstance(value, str) and _DATE.fullmatch(text) else NotImplemented
    if type(value) not in _TYPES[name] or (name == "float" and isinstance(value, int) and value >= 2**63):
        return NotImplemented
    return float(value) if name == "float" else value


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] == ".":
        return _float(text.replace("_", ""), text) if _POINT_FLOAT.fullmatch(text) else text
    if text[0] not in "+-0123456789":
        return text
    if _DATE.fullmatch(text):
        return text
    return _number(text)


def _number(text: str) -> Any:
    plain = text.replace("_", "")
    sign = -1 if plain.startswith("-") else 1
    if _DECIMAL.fullmatch(plain):
        value = int(plain)
    elif _BASED.fullmatch(plain):
        digits = plain.lstrip("+-").lower()
        base = {"x": 16, "o": 8, "b": 2}.get(digits[1], 8)
        value = sign * int(digits if digits[1] in "xob" else digits[1:], base)
    else:
        return _float(plain, text) if _FLOAT.fullmatch(plain) else text
    if -(2**63) <= value < (2**64 if plain[0] not in "+-" else 2**63):
        return value
    return _float(plain, text) if _FLOAT.fullmatch(plain) else text


def _float(plain: str, text: str) -> Any:
    value = float(plain)
    return text if math.isinf(value) else value


def key_text(value: object) -> str | None:
    """Return the text that sigs.k8s.io/yaml makes of a key, or None if it refuses the key."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value < 2**63 else None
    return _short_float(value) if isinstance(value, float) else None


def _short_float(value: float) -> str:
    """Format as strconv.FormatFloat(value, 'g', -1, 32): the fewest digits that give the same 32-bit number."""
    try:
        wanted = struct.pack("<f", value)
    except OverflowError:
        value, wanted = math.copysign(math.inf, value), b""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    (value,) = struct.unpack("<f", wanted)
    candidates = (f"{value:.{digits}e}" for digits in range(9))
    shortest = next(text for text in candidates if struct.pack("<f", float(text)) == wanted)
    mantissa, exponent = shortest.split("e")
    if -4 <= int(exponent) < 6:
        digits = mantissa.replace(".", "").lstrip("-")
        return f"{value:.{max(len(digits.rstrip('0')) - 1 - int(exponent), 0)}f}"
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent):+03d}"

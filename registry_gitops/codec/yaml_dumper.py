"""Plain data to YAML text: the same bytes on every run, and the same meaning for every reader.

PyYAML's dumper leaves `1e3`, `0o644`, and `y` unquoted, which Go reads as 1000, 420, and true, and it cannot indent
lists as Kubernetes' own tools do. Why this is our own code: docs/decisions/0002-yaml.md.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from typing import Any

# Plain text that some reader of YAML 1.1 or 1.2, in Go or elsewhere, reads as a number, a boolean, a date, or null.
_MISREAD = re.compile(
    r"(?:[-+]?[._]*[0-9].*|[-+]?\.(?:inf|nan)|y|n|yes|no|on|off|true|false|null|~|<<|=)", re.IGNORECASE
)
# ... but not a number with a unit, which people write plain: 10Gi, 500m, 30s.
_UNIT = re.compile(r"[1-9][0-9]*(?:[KMGTP]i|[kMGTmsh]|ms)")
# Plain text that means the same in every position: ASCII, no indicator in front, and neither ": " nor " #" inside.
_PLAIN = re.compile(
    r"""[A-Za-z0-9_./+(~^$<=]
        (?:[A-Za-z0-9_./+()~^$@=,;*&?!|<>%'"\\{}\[\]`-] | :(?=\S) | (?<=\S)\# | [ ](?=[^\s\#]))*""",
    re.VERBOSE,
)
# What a double-quoted scalar must escape: YAML 1.2.2, 5.1 (printable characters) and the line breaks of YAML 1.1.
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def dump_yaml(value: Mapping[str, Any]) -> str:
    """Render one document in block style: keys in the order given, lists indented, a line break at the end.

    `value` holds mappings with text keys, lists or tuples, str, bool, int, float, and None. Text of several lines is a
    literal block; nothing is folded, and there are no anchors. Raises TypeError for any other type, ValueError for
    values that no YAML reader accepts (infinity, NaN, half of a surrogate pair).
    """
    if not value:
        return "{}\n"
    lines: list[str] = []
    _collection(value, "", lines)
    return "\n".join(lines) + "\n"


def _collection(value: Any, indent: str, lines: list[str]) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _value(f"{indent}{_line(key)}:", item, indent, lines)
        return
    inner = indent + "  "
    for item in value:
        if item and isinstance(item, Mapping | list | tuple):
            first = len(lines)
            _collection(item, inner, lines)
            # A collection begins on the line of its dash.
            lines[first] = f"{indent}- {lines[first][len(inner) :]}"
        else:
            _value(f"{indent}-", item, indent, lines)


def _value(head: str, value: Any, indent: str, lines: list[str]) -> None:
    if isinstance(value, str):
        text = _block(value, indent + "  ") if "\n" in value else _line(value)
        lines.append(f"{head} {text}")
    elif not isinstance(value, Mapping | list | tuple):
        lines.append(f"{head} {_scalar(value)}")
    elif value:
        lines.append(head)
        _collection(value, indent + "  ", lines)
    else:
        lines.append(f"{head} {'{}' if isinstance(value, Mapping) else '[]'}")


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    raise TypeError(f"no YAML for a {type(value).__name__}: {value!r}")


def _float(number: float) -> str:
    if not math.isfinite(number):
        raise ValueError(f"no YAML reader of Kubernetes takes the number {number}")
    written = repr(number)
    mantissa, e, exponent = written.partition("e")
    # YAML 1.1 reads 1e+22 as text, because it requires a point.
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else written


@functools.lru_cache(maxsize=4096)
def _line(text: str) -> str:
    """Return one line of text, quoted if any reader could read it as something else."""
    if not isinstance(text, str):
        raise TypeError(f"a key of a YAML mapping must be text, not {text!r}")
    if _UNIT.fullmatch(text) or (_PLAIN.fullmatch(text) and not _MISREAD.fullmatch(text)):
        return str(text)
    if _SURROGATE.search(text):
        raise ValueError(f"no UTF-8 for {text!r}: it holds half of a surrogate pair")
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return _SHORT.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}")


def _block(text: str, indent: str) -> str:
    """Return several lines as a literal block, or quoted if a block would lose a part."""
    if text[0] in " \t\n" or _ESCAPED.search(text.replace("\n", "").replace('"', "").replace("\\", "")):
        return _line(text)
    if _SURROGATE.search(text):
        raise ValueError(f"no UTF-8 for {text!r}: it holds half of a surrogate pair")
    body = text.removesuffix("\n")
    # Chomping (YAML 1.2.2, 8.1.1.2): keep no line break at the end, one, or all of them.
    chomp = "-" if body == text else "+" if body.endswith("\n") or not body else ""
    return f"|{chomp}\n" + "\n".join(f"{indent}{line}" if line else "" for line in body.split("\n"))

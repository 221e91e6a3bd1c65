"""The text of an expression to tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from registry_gitops.validation.cel.evaluation_errors import UnsupportedError

_TOKEN = r"""(?xs)
    (?P<skip> \s+ | //[^\n]* )
  | (?P<text> [rRbB]{0,2} (?: \"\"\"(?:\\.|.)*?\"\"\" | '''(?:\\.|.)*?''' ) )
  | (?P<line> [rRbB]{0,2} (?: "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' ) )
  | (?P<raw> [rR] (?: "[^"\n]*" | '[^'\n]*' ) )
  | (?P<float> \d+\.\d+(?:[eE][+-]?\d+)? | \d+[eE][+-]?\d+ | \.\d+(?:[eE][+-]?\d+)? )
  | (?P<int> (?: 0x[0-9a-fA-F]+ | \d+ ) [uU]? )
  | (?P<name> [A-Za-z_]\w* )
  | (?P<mark> == | != | <= | >= | && | \|\| | \[\? | \.\? | [-+*/%<>!?:.,()\[\]{}] )
"""
"""A text, which `re` compiles at the first use: a run without a rule in CEL saves it."""

_ESCAPE = r"\\(x[0-9a-fA-F]{2}|X[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|.)"
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Token(NamedTuple):
    """A token: `value` is what a literal stands for, or the text itself."""

    kind: str
    """`literal`, `name`, `mark`, or `end`."""

    value: Any


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of an expression, and one of the kind `end`. Raises UnsupportedError."""
    position = 0
    pattern = re.compile(_TOKEN)
    while position < len(text):
        found = pattern.match(text, position)
        if not found:
            raise UnsupportedError(f"cannot read the expression at character {position + 1}")
        position = found.end()
        if found.lastgroup != "skip":
            yield _token(found.lastgroup, found[0])
    yield Token("end", None)


def _token(kind: str | None, text: str) -> Token:
    match kind:
        case "text" | "line" | "raw":
            return Token("literal", _unquote(text))
        case "float":
            return Token("literal", float(text))
        case "int":
            return Token("literal", int(text.rstrip("uU"), 0 if text.startswith("0x") else 10))
        case "name" if text in _WORDS:
            return Token("literal", _WORDS[text])
        case "name":
            return Token("mark" if text == "in" else "name", text)
    return Token("mark", text)


_WORDS = {"true": True, "false": False, "null": None}


def _unquote(text: str) -> str | bytes:
    quotes = text.lstrip("rRbB")
    prefix = text[: len(text) - len(quotes)].lower()
    width = 3 if quotes[:3] in ('"""', "'''") else 1
    content = quotes[width:-width]
    if "r" not in prefix:
        content = re.sub(_ESCAPE, _unescape, content, flags=re.DOTALL)
    return content.encode() if "b" in prefix else content


def _unescape(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) == 1:
        return _ESCAPED.get(code, code)
    return chr(int(code[1:], 16) if code[0] in "xXuU" else int(code, 8))

"""Flux's substitution (`postBuild.substitute`): which texts refer to variables, and what they are by their defaults.

Flux replaces `${NAME}` in the text of an object after kustomize built it. The parser is a port of
github.com/fluxcd/pkg/envsubst, quirks included: `${NAME-x}` is an error, and `${NAME:+x}` is `${NAME:-x}`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_DEFAULTS: Final = ("=", ":=", ":-", ":?", ":+")
"""The operators after which a text stands that Flux uses if the variable is not set, or empty."""

_REMEDY: Final = "write ${NAME} or ${NAME:=default}, or $${ for the two characters themselves"

# What go-yaml, which writes the text that Flux substitutes in, prints without escapes.
_PRINTABLE: Final = "[\n -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*"
_KEPT_TEXT: Final = "${_text:=\n}"


class SubstitutionError(ValueError):
    """A text that Flux cannot substitute in: the build of the whole object fails."""


class Unquoted(str):
    """A text with references whose type the values of the variables decide, as in `replicaCount: ${REPLICAS}`."""

    __slots__ = ()


@dataclass(frozen=True)
class VariableReference:
    """One `${NAME}`, with an operator and its arguments, if it has some."""

    name: str
    operator: str = ""
    arguments: tuple[Template, ...] = ()

    @property
    def has_default(self) -> bool:
        """Whether a text stands in it that Flux uses if the variable is not set."""
        return self.operator in _DEFAULTS


@dataclass(frozen=True)
class Template:
    """A text, split into literal parts and references."""

    parts: tuple[str | VariableReference, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in order, each once."""
        inner = [part for part in self.parts if isinstance(part, VariableReference)]
        below = [name for part in inner for argument in part.arguments for name in (part.name, *argument.names)]
        return tuple(dict.fromkeys([*(part.name for part in inner), *below]))

    def fill(self, unknown: str | None = None) -> str | None:
        """Return the text if no variable is set: by the defaults, and with `unknown` for each that has none.

        None: the text depends on a variable without a default, and `unknown` is None.
        """
        texts = [part if isinstance(part, str) else _fill(part, unknown) for part in self.parts]
        return None if None in texts else "".join(text for text in texts if text is not None)


def _fill(reference: VariableReference, unknown: str | None) -> str | None:
    if not reference.has_default:
        return unknown
    texts = [argument.fill(unknown) for argument in reference.arguments]
    return None if None in texts else "".join(text for text in texts if text is not None)


@functools.lru_cache(maxsize=1024)
def parse_template(text: str) -> Template:
    """Parse a text. Raises SubstitutionError if Flux would; no message repeats the text, which may be a password."""
    return Template(tuple(_Parser(text).parse()))


def may_refer(value: object) -> bool:
    """Return whether `value` is a text in which Flux finds something to substitute, or to refuse."""
    return isinstance(value, str) and "${" in value


def is_left_to_flux(text: str) -> bool:
    """Return whether a text is left to Flux: it has a variable without a default."""
    return may_refer(text) and parse_template(text).fill() is None


def stands_for_reference(text: str) -> bool:
    """Return whether a text is one that models try for a variable without a default: nothing is known of it."""
    return re.search(r"\bx-[a-z0-9-]{1,30}-x\b", text) is not None


def by_default(text: str, unknown: str) -> str:
    """Return a text by the defaults in it, or `unknown` if it has a variable without one: to compute with."""
    if not may_refer(text):
        return text
    known = parse_template(text).fill()
    return unknown if known is None else known


def keep_text(text: str) -> str:
    """Return a text with references that stays text, whatever the variables hold: `3`, `yes`, nothing, `a: b`.

    kustomize drops the quotes, so `tag: "${TAG}"` would be a number with TAG=3. A line break makes kustomize write a
    literal block (`|-`), in which everything is text. It stands in the default of a variable that nobody sets, and as
    the last one of the block it is no part of the text.
    """
    # With a line break, the text is a block already; with what go-yaml escapes, it is in double quotes.
    return text if "\n" in text or not re.fullmatch(_PRINTABLE, text) else text + _KEPT_TEXT


class _Parser:
    """A recursive descent over the text, as envsubst/parse does it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parse(self) -> list[str | VariableReference]:
        parts: list[str | VariableReference] = []
        while self._at < len(self._text):
            if self._text.startswith("${", self._at):
                parts.append(self._reference())
            else:
                parts.append(self._literal(lambda _: True, escapes="$"))
        return parts

    def _literal(self, accept: Callable[[str], bool], escapes: str = "") -> str:
        """Return the characters up to the next reference, or the first that is not accepted."""
        found = []
        while self._at < len(self._text) and not self._text.startswith("${", self._at):
            char, after = self._text[self._at], self._text[self._at + 1 : self._at + 2]
            if (char == "$" and "$" in escapes and after == "$") or (
                char == "\\" and "\\" in escapes and after in ("/", "\\")
            ):
                self._at += 1
                char = after
            elif not accept(char):
                break
            found.append(char)
            self._at += 1
        return "".join(found)

    def _reference(self) -> VariableReference:
        self._at += 2
        if self._peek() == "#":
            self._at += 1
            return self._closed(VariableReference(self._name(), "#"))
        name, operator = self._name(), self._peek()
        match operator:
            case ":":
                is_default = self._text[self._at + 1 : self._at + 2] in ("=", "-", "?", "+")
                return self._default(name, 2) if is_default else self._substring(name)
            case "=":
                return self._default(name, 1)
            case "," | "^":
                return self._closed(VariableReference(name, self._operator(",^")))
            case "/":
                return self._replacement(name)
            case "#" | "%":
                operator = self._operator(operator)
                return self._closed(VariableReference(name, operator, (self._argument(lambda char: char != "}"),)))
            case "-" | "+" | "?":
                raise SubstitutionError(f"Flux has no ${{NAME{operator}text}}: write ${{NAME:{operator}text}}")
            case _:
                return self._closed(VariableReference(name))

    def _name(self) -> str:
        start = self._at
        while self._peek().isalpha() or self._peek().isdecimal() or self._peek() == "_":
            self._at += 1
        if start == self._at:
            raise SubstitutionError(f"no name of a variable follows ${{: {_REMEDY}")
        return self._text[start : self._at]

    def _operator(self, chars: str) -> str:
        """Return the operator at hand, of one or two of these characters."""
        start = self._at
        while self._at < start + 2 and self._peek() in (*chars,):
            self._at += 1
        return self._text[start : self._at]

    def _default(self, name: str, length: int) -> VariableReference:
        operator = self._text[self._at : self._at + length]
        self._at += length
        parts: list[str | VariableReference] = []
        while self._peek() != "}":
            parts += self._argument(lambda char: char != "}").parts
        return self._closed(VariableReference(name, operator, (Template(tuple(parts)),)))

    def _substring(self, name: str) -> VariableReference:
        self._at += 1
        arguments = [self._argument(lambda char: char not in ":}")]
        if self._peek() == ":":
            while self._peek() == ":":
                self._at += 1
            arguments.append(self._argument(lambda char: char != "}"))
        return self._closed(VariableReference(name, ":", tuple(arguments)))

    def _replacement(self, name: str) -> VariableReference:
        self._at += 1
        operator = "/"
        if self._peek() in ("/", "#", "%"):
            operator += self._peek()
            self._at += 1
        arguments = [self._argument(lambda char: char != "/", escapes="$\\")]
        if self._peek() != "/":
            raise SubstitutionError("a '/' is missing after the pattern: write ${NAME/pattern/replacement}")
        while self._peek() == "/":
            self._at += 1
        if self._peek() != "}":
            arguments.append(self._argument(lambda char: char != "}", escapes="$\\"))
        return self._closed(VariableReference(name, operator, tuple(arguments)))

    def _argument(self, accept: Callable[[str], bool], escapes: str = "") -> Template:
        if self._text.startswith("${", self._at):
            return Template((self._reference(),))
        literal = self._literal(accept, escapes)
        if not literal:
            raise SubstitutionError(f"a reference ends too early: {_REMEDY}")
        return Template((literal,))

    def _closed(self, reference: VariableReference) -> VariableReference:
        if self._peek() != "}":
            raise SubstitutionError(f"no }} where Flux looks for it: {_REMEDY}")
        self._at += 1
        return reference

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

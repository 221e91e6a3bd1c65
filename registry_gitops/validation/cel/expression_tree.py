"""Tokens to a tree: the grammar of CEL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from registry_gitops.validation.cel.evaluation_errors import UnsupportedError
from registry_gitops.validation.cel.lexer import Token, tokenize


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a type."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`, or `operand.?field`."""

    operand: Node
    field: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function, method, or operator; the receiver of a method is its first argument."""

    function: str
    arguments: tuple[Node, ...]
    is_method: bool = False


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapLiteral:
    """`{a: b}`."""

    entries: tuple[tuple[Node, Node], ...]


Node = Literal | Name | Select | Call | ListLiteral | MapLiteral

_BINARY = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))
"""The binary operators, those that bind least first."""

T = TypeVar("T")

_DEEPEST = 50
"""Levels of an expression; a deeper one is not read, and a text from anywhere cannot exhaust the stack."""


def parse(text: str) -> Node:
    """Return the tree of an expression. Raises UnsupportedError."""
    return _Parser(list(tokenize(text))).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._expression()
        if self._tokens[self._at].kind != "end":
            raise UnsupportedError(f"unexpected {self._tokens[self._at].value}")
        return node

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnsupportedError("the expression is nested too deeply")
        node = self._binary(0)
        if self._take("?"):
            yes = self._binary(0)
            self._expect(":")
            node = Call("?:", (node, yes, self._expression()))
        self._depth -= 1
        return node

    def _binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        node = self._binary(level + 1)
        while operator := self._take(*_BINARY[level]):
            node = Call(operator, (node, self._binary(level + 1)))
        return node

    def _unary(self) -> Node:
        signs = []
        while sign := self._take("!", "-"):
            signs.append(sign)
        node = self._member()
        for sign in reversed(signs):
            node = Call("negate" if sign == "-" else "!", (node,))
        return node

    def _member(self) -> Node:
        node = self._primary()
        while mark := self._take(".", ".?", "[", "[?"):
            if mark.startswith("["):
                node = Call("index?" if mark == "[?" else "index", (node, self._expression()))
                self._expect("]")
            else:
                name = self._name()
                if mark == "." and self._take("("):
                    node = Call(name, (node, *self._list(")")), is_method=True)
                else:
                    node = Select(node, name, optional=mark == ".?")
        return node

    def _primary(self) -> Node:
        token = self._tokens[self._at]
        self._at += 1
        match token:
            case Token("literal", value):
                return Literal(value)
            case Token("name", name):
                return Call(name, self._list(")")) if self._take("(") else Name(name)
            case Token("mark", "("):
                node = self._expression()
                self._expect(")")
                return node
            case Token("mark", "["):
                return ListLiteral(self._list("]"))
            case Token("mark", "{"):
                return MapLiteral(self._sequence("}", self._entry))
        raise UnsupportedError(f"unexpected {token.value or 'end'}")

    def _entry(self) -> tuple[Node, Node]:
        key = self._expression()
        self._expect(":")
        return key, self._expression()

    def _list(self, end: str) -> tuple[Node, ...]:
        return self._sequence(end, self._expression)

    def _sequence(self, end: str, item: Callable[[], T]) -> tuple[T, ...]:
        found = []
        while not self._take(end):
            found.append(item())
            if not self._take(","):
                self._expect(end)
                break
        return tuple(found)

    def _name(self) -> str:
        token = self._tokens[self._at]
        self._at += 1
        if token.kind != "name":
            raise UnsupportedError("a field without a name")
        return str(token.value)

    def _take(self, *marks: str) -> str:
        token = self._tokens[self._at]
        if token.kind != "mark" or token.value not in marks:
            return ""
        self._at += 1
        return str(token.value)

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise UnsupportedError(f"expected {mark}")

"""A tree of syntax to a function of the variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from registry_gitops.validation.cel import functions
from registry_gitops.validation.cel.evaluation_errors import CelError, UnknownValueError, UnsupportedError
from registry_gitops.validation.cel.expression_tree import (
    Call,
    ListLiteral,
    Literal,
    MapLiteral,
    Name,
    Node,
    Select,
    parse,
)
from registry_gitops.validation.cel.types import UNKNOWN, Incomplete, Optional, equals

Scope = dict[str, Any]
Expression = Callable[[Scope], Any]


def compile_expression(text: str, variables: Iterable[str]) -> Expression:
    """Return a function of the variables' values. Raises UnsupportedError.

    The function raises CelError as CEL does, and UnknownValueError if its result depends on a value that is UNKNOWN.
    """
    return _Compiler(frozenset(variables)).compile(parse(text))


class _Compiler:
    def __init__(self, variables: frozenset[str]) -> None:
        self._variables = variables

    def compile(self, node: Node) -> Expression:
        match node:
            case Literal(value):
                return lambda _: value
            case Name(name):
                return self._name(name)
            case Select(operand, field, optional):
                select = _select_optional if optional else _select
                return select(self.compile(operand), unescape(field))
            case ListLiteral(items):
                each = [self.compile(item) for item in items]
                return lambda scope: [item(scope) for item in each]
            case MapLiteral(entries):
                pairs = [(self.compile(key), self.compile(value)) for key, value in entries]
                return lambda scope: {key(scope): value(scope) for key, value in pairs}
        return self._call(node)

    def _name(self, name: str) -> Expression:
        if name in self._variables:
            return lambda scope: scope[name]
        if name in functions.TYPES:
            return lambda _: functions.TYPES[name]
        raise UnsupportedError(f"unknown name {name}")

    def _call(self, node: Call) -> Expression:
        name, arguments = node.function, node.arguments
        if name == "has" and not node.is_method and len(arguments) == 1:
            return self._has(arguments[0])
        if node.is_method and name in _MACROS and len(arguments) in _MACROS[name]:
            return self._macro(name, arguments)
        if node.is_method and arguments[0] == Name("optional"):
            name, arguments = f"optional.{name}", arguments[1:]
        compiled = [self.compile(argument) for argument in arguments]
        if special := _SPECIAL.get((name, len(compiled))):
            return special(*compiled)
        if not functions.exists(name, len(compiled)):
            raise UnsupportedError(f"unknown function {name}")
        call = functions.call
        return lambda scope: call(name, tuple([argument(scope) for argument in compiled]))

    def _has(self, node: Node) -> Expression:
        if not isinstance(node, Select):
            raise UnsupportedError("has() of something that is no field")
        operand, field = self.compile(node.operand), unescape(node.field)

        def has(scope: Scope) -> bool:
            value = operand(scope)
            if not isinstance(value, dict):
                raise UnknownValueError if value is UNKNOWN else CelError(f"no such key: {field}")
            return field in value and value[field] is not None

        return has

    def _macro(self, name: str, arguments: tuple[Node, ...]) -> Expression:
        container, variable, *bodies = arguments
        if not isinstance(variable, Name):
            raise UnsupportedError(f"{name}() without a variable")
        if name == "filter":
            bodies.append(variable)
        inner = _Compiler(self._variables | {variable.name})
        macro, compiled = _MACROS[name][len(arguments)], [inner.compile(body) for body in bodies]
        items = self.compile(container)

        def evaluate(scope: Scope) -> Any:
            values = [_bind(scope, variable.name, item) for item in _items(items(scope))]
            return macro(values, *compiled)

        return evaluate


def _bind(scope: Scope, name: str, value: Any) -> Scope:
    return {**scope, name: value}


def _items(container: Any) -> list[Any]:
    if type(container) in (list, dict):
        return list(container)
    raise UnknownValueError if container is UNKNOWN or type(container) is Incomplete else CelError("no such overload")


def _select(operand: Expression, field: str) -> Expression:
    def select(scope: Scope) -> Any:
        value = operand(scope)
        try:
            found = value[field]
        except (KeyError, TypeError):
            if isinstance(value, Optional):
                return _field(value, field)
            raise UnknownValueError if value is UNKNOWN else CelError(f"no such key: {field}") from None
        if found is None:
            raise CelError(f"no such key: {field}")
        return found

    return select


def _select_optional(operand: Expression, field: str) -> Expression:
    return lambda scope: _field(operand(scope), field)


def _field(value: Any, field: str) -> Optional:
    if isinstance(value, Optional):
        return _field(value.content[0], field) if value.content else value
    if not isinstance(value, dict):
        raise UnknownValueError if value is UNKNOWN else CelError(f"no such key: {field}")
    return Optional((value[field],)) if field in value and value[field] is not None else Optional()


_ESCAPES = {"__dot__": ".", "__dash__": "-", "__slash__": "/", "__underscores__": "__"}


def unescape(field: str) -> str:
    """Return the name of a property as the schema has it: Kubernetes escapes what is no identifier of CEL."""
    for escaped, text in _ESCAPES.items():
        field = field.replace(escaped, text)
    is_reserved = field.startswith("__") and field.endswith("__") and len(field) > 4
    return field[2:-2] if is_reserved else field


def _decide(evaluations: Iterable[Callable[[], Any]], decisive: bool) -> bool:
    """Return `decisive` if one result is, whatever is wrong with the others, as of `&&`, `||`, `all`, and `exists`."""
    problem: Exception | None = None
    for evaluate in evaluations:
        try:
            if _is_true(evaluate()) is decisive:
                return decisive
        except (CelError, UnknownValueError) as error:
            problem = _worse(problem, error)
    if problem:
        raise problem
    return not decisive


def _worse(one: Exception | None, other: Exception) -> Exception:
    return one if isinstance(one, UnknownValueError) else other


def _is_true(value: object) -> bool:
    if not isinstance(value, bool):
        raise UnknownValueError if value is UNKNOWN else CelError("no such overload")
    return value


def _logical(decisive: bool) -> Callable[[Expression, Expression], Expression]:
    def logical(one: Expression, other: Expression) -> Expression:
        def evaluate(scope: Scope) -> bool:
            try:
                if _is_true(one(scope)) is decisive:
                    return decisive
            except (CelError, UnknownValueError) as error:
                return _decide([partial(_raise, error), partial(other, scope)], decisive)
            return _is_true(other(scope))

        return evaluate

    return logical


def _raise(error: Exception) -> None:
    raise error


def _conditional(condition: Expression, yes: Expression, no: Expression) -> Expression:
    return lambda scope: yes(scope) if _is_true(condition(scope)) else no(scope)


def _index_optional(container: Expression, key: Expression) -> Expression:
    def index(scope: Scope) -> Optional:
        try:
            return Optional((functions.index(container(scope), key(scope)),))
        except CelError:
            return Optional()

    return index


def _or_value(optional: Expression, default: Expression) -> Expression:
    def or_value(scope: Scope) -> Any:
        found = optional(scope)
        if not isinstance(found, Optional):
            raise UnknownValueError if found is UNKNOWN else CelError("no such overload: orValue")
        return found.content[0] if found.content else default(scope)

    return or_value


_SPECIAL: dict[tuple[str, int], Callable[..., Expression]] = {
    ("&&", 2): _logical(False),
    ("||", 2): _logical(True),
    ("!", 1): lambda value: lambda scope: not _is_true(value(scope)),
    ("?:", 3): _conditional,
    ("==", 2): lambda one, other: lambda scope: equals(one(scope), other(scope)),
    ("!=", 2): lambda one, other: lambda scope: not equals(one(scope), other(scope)),
    ("in", 2): lambda value, container: lambda scope: functions.contains(value(scope), container(scope)),
    ("index", 2): lambda container, key: lambda scope: functions.index(container(scope), key(scope)),
    ("index?", 2): _index_optional,
    ("orValue", 2): _or_value,
    ("optional.of", 1): lambda value: lambda scope: Optional((value(scope),)),
    ("type", 1): lambda value: lambda scope: functions.type_of(value(scope)),
    ("dyn", 1): lambda value: value,
}


def _all(scopes: list[Scope], body: Expression) -> bool:
    return _decide([partial(body, scope) for scope in scopes], False)


def _exists(scopes: list[Scope], body: Expression) -> bool:
    return _decide([partial(body, scope) for scope in scopes], True)


def _exists_one(scopes: list[Scope], body: Expression) -> bool:
    return [_is_true(body(scope)) for scope in scopes].count(True) == 1


def _map(scopes: list[Scope], body: Expression) -> list[Any]:
    return [body(scope) for scope in scopes]


def _map_some(scopes: list[Scope], condition: Expression, body: Expression) -> list[Any]:
    return [body(scope) for scope in scopes if _is_true(condition(scope))]


_ONE_BODY: dict[str, Callable[..., Any]] = {"all": _all, "exists": _exists, "exists_one": _exists_one}
_MACROS: dict[str, dict[int, Callable[..., Any]]] = {
    **{name: {3: macro} for name, macro in _ONE_BODY.items()},
    "existsOne": {3: _exists_one},
    "map": {3: _map, 4: _map_some},
    "filter": {3: _map_some},
}

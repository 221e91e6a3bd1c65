"""The rules of a schema, `x-kubernetes-validations`, and their check on an object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from registry_gitops.documents import Path, Problem, is_decided_later
from registry_gitops.findings import Severity
from registry_gitops.masking import HIDDEN
from registry_gitops.validation.cel.evaluation import Expression, compile_expression, unescape
from registry_gitops.validation.cel.evaluation_errors import CelError, UnknownValueError, UnsupportedError
from registry_gitops.validation.cel.lexer import tokenize
from registry_gitops.validation.cel.preparation import Prepare, Schema, compile_preparation
from registry_gitops.validation.cel.types import UNKNOWN, Incomplete, Optional

_LONGEST_RULE: Final = 200
"""Characters of a rule that a remedy repeats; a longer one is left to its message."""

_STEP: Final = r"\.(\w+)|\['([^']+)'\]"
_VARIABLES: Final = ("self", "oldSelf")
_NOTHING_OLD: Final = Optional()


@dataclass(frozen=True, slots=True)
class CelRule:
    """One rule of a schema."""

    text: str
    expression: Expression
    message: str
    message_expression: Expression | None
    field: Path
    """Path of the problem, from the value that the rule is about."""

    def evaluate(self, value: Any) -> bool | CelError | None:
        """Return whether the rule is true of a value, or why it cannot be evaluated; None if that is unknown."""
        try:
            return self.expression({"self": value, "oldSelf": _NOTHING_OLD}) is True
        except CelError as error:
            return error
        except (UnknownValueError, UnsupportedError):
            return None

    def describe(self, value: Any) -> str:
        """Return the message of the rule, in which texts of the object are hidden."""
        if self.message_expression and not self.message:
            try:
                found = self.message_expression({"self": _map_texts(value, lambda _: HIDDEN), "oldSelf": _NOTHING_OLD})
            except (CelError, UnknownValueError, UnsupportedError):
                found = ""
            if isinstance(found, str) and found.strip():
                return found.strip()
        return self.message


@dataclass(frozen=True, slots=True)
class _Failure:
    """A rule that is not true of a value, or cannot be evaluated."""

    rule: CelRule
    path: Path
    value: Any

    def problems(self, root: Any) -> Iterator[Problem]:
        """Yield the problem, unless values that come later decide it."""
        outcome = self.rule.evaluate(_map_texts(self.value, _without_later_values))
        if outcome is None or outcome is True:
            return
        written = _map_texts(_value_at(root, self.path, self.value), _without_later_values, Incomplete)
        is_certain = self.rule.evaluate(written) is False
        yield Problem(
            (*self.path, *self.rule.field),
            self._message(outcome),
            self._remedy(),
            on_key=bool(self.path) and isinstance(self.path[-1], str),
            severity=None if is_certain else Severity.WARNING,
        )

    def _message(self, outcome: bool | CelError) -> str:
        said = " ".join(self.rule.describe(self.value).split()).rstrip(".")
        if isinstance(outcome, CelError):
            said = f"{said or self.rule.text} (the rule cannot be evaluated: {outcome})"
        return f"a rule of the kind is broken: {said or self.rule.text}"

    def _remedy(self) -> str:
        subject = f"{_key(self.path)} is self" if self.path else "the object is self"
        rule = " ".join(self.rule.text.split())
        return f"make this true, where {subject}: {rule}" if len(rule) <= _LONGEST_RULE else "do what the rule says"


_Walk = Callable[[Any, Path, list[_Failure]], None]


@dataclass(frozen=True, slots=True)
class CelRules:
    """All rules of a schema, for objects that the schema accepts."""

    _prepare: Prepare | None
    _walk: _Walk

    def check(self, value: Any) -> Iterator[Problem]:
        """Yield what the rules refuse in an object, after the schema's defaults.

        Nothing depends on values that Flux or SOPS puts in later. A problem that another field can solve, which a patch
        could add, is a warning.
        """
        found: list[_Failure] = []
        self._walk(self._prepare(value) if self._prepare else value, (), found)
        for failure in found:
            yield from failure.problems(value)


def compile_rules(schema: Schema) -> CelRules | None:
    """Return the rules of a kind's schema, or None if it has none.

    Left out are rules about the change of an object, which need its old state, and those that this package cannot read.
    """
    walk = _compile(schema)
    return CelRules(compile_preparation(schema, frozenset(_names(schema))), walk) if walk else None


def _names(schema: Any) -> Iterator[str]:
    """Yield the names and texts in the rules of a schema: no rule reads another field."""
    if isinstance(schema, dict):
        for rule in _definitions(schema):
            with suppress(UnsupportedError):
                values = [token.value for token in tokenize(str(rule.get("rule")))]
                yield from (unescape(value) for value in values if isinstance(value, str))
        for child in schema.values():
            yield from _names(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from _names(child)


def _compile(schema: Schema) -> _Walk | None:
    rules = tuple(rule for each in _definitions(schema) if (rule := _rule(each)))
    walks = [walk for walk in (_fields(schema), _items(schema), _values(schema)) if walk]
    if not rules:
        return walks[0] if walks else None

    def walk(value: Any, path: Path, found: list[_Failure]) -> None:
        scope = {"self": value, "oldSelf": _NOTHING_OLD}
        for rule in rules:
            try:
                if rule.expression(scope) is True:
                    continue
            except (CelError, UnknownValueError, UnsupportedError):
                pass
            found.append(_Failure(rule, path, value))
        for each in walks:
            each(value, path, found)

    return walk


def _definitions(schema: Schema) -> list[Schema]:
    found = schema.get("x-kubernetes-validations")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _fields(schema: Schema) -> _Walk | None:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return None
    fields = [(name, walk) for name, field in properties.items() if (walk := _compile(field))]

    def walk_fields(value: Any, path: Path, found: list[_Failure]) -> None:
        if isinstance(value, dict):
            for name, walk in fields:
                if (child := value.get(name)) is not None:
                    walk(child, (*path, name), found)

    return walk_fields if fields else None


def _items(schema: Schema) -> _Walk | None:
    items = schema.get("items")
    walk = _compile(items) if isinstance(items, dict) else None
    if not walk:
        return None

    def walk_items(value: Any, path: Path, found: list[_Failure]) -> None:
        if isinstance(value, list):
            for index, item in enumerate(value):
                walk(item, (*path, index), found)

    return walk_items


def _values(schema: Schema) -> _Walk | None:
    values = schema.get("additionalProperties")
    walk = _compile(values) if isinstance(values, dict) else None
    if not walk:
        return None

    def walk_values(value: Any, path: Path, found: list[_Failure]) -> None:
        if isinstance(value, dict):
            for name, child in value.items():
                walk(child, (*path, name), found)

    return walk_values


def _rule(definition: Schema) -> CelRule | None:
    text = definition.get("rule")
    if not isinstance(text, str):
        return None
    try:
        if any(token == ("name", "oldSelf") for token in tokenize(text)) and not definition.get("optionalOldSelf"):
            return None
        expression = compile_expression(text, _VARIABLES)
        message = definition.get("messageExpression")
        message_expression = compile_expression(message, _VARIABLES) if message else None
    except (UnsupportedError, RecursionError):
        return None
    field = tuple(one or other for one, other in re.findall(_STEP, definition.get("fieldPath") or ""))
    return CelRule(text, expression, definition.get("message") or "", message_expression, field)


def _map_texts(value: Any, change: Callable[[str], Any], mapping: type[dict[str, Any]] = dict) -> Any:
    """Return a copy of a value with other texts, and with mappings of another type."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_map_texts(item, change, mapping) for item in value]
    if isinstance(value, dict):
        if any(is_decided_later(key) for key in value):
            return UNKNOWN
        return mapping({key: _map_texts(child, change, mapping) for key, child in value.items() if child is not None})
    return value


def _without_later_values(text: str) -> Any:
    return UNKNOWN if is_decided_later(text) else text


def _value_at(root: Any, path: Path, default: Any) -> Any:
    """Return the value at a path, or the default if it is not written there."""
    try:
        for step in path:
            root = root[step]
    except (KeyError, IndexError, TypeError):
        return default
    return root


def _key(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")

"""The schema of one kind, and what it refuses of an object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cached_property
from typing import Any

from registry_gitops.documents import Problem
from registry_gitops.validation.cel import CelRules, compile_defaults, compile_rules
from registry_gitops.validation.schemas.compilation import compile_schema
from registry_gitops.validation.schemas.custom_resources import without_patterns
from registry_gitops.validation.schemas.list_keys import KeyedLists, find_keyed_lists
from registry_gitops.validation.schemas.object_values import default_of, replace, without_nulls
from registry_gitops.validation.schemas.violation_text import describe
from registry_gitops.validation.schemas.violations import SchemaViolation, find_violations

Schema = dict[str, Any]


class KindSchema:
    """The schema of one kind, compiled at its first use."""

    def __init__(self, schema: Schema, *, is_custom: bool = True) -> None:
        self.schema = schema
        """JSON Schema, with the API server's keywords x-kubernetes-*; what it refers to is below `definitions`."""
        self._is_custom = is_custom
        """Whether a CustomResourceDefinition has the schema. What is null in other kinds is empty: Go decodes them."""

    def compiled(self) -> KindSchema:
        """Return the schema itself, compiled. Raises ValueError if that is impossible."""
        self._validator  # noqa: B018 - compiles it
        return self

    def check(self, value: dict[str, Any], *, partial: bool = False) -> Iterator[tuple[str, Problem]]:
        """Yield what is wrong with an object, each with the id of its rule.

        A field that is null is not there, or is a problem of its own. A value that Flux or SOPS decides later is right.
        `partial` is for a patch, which need not have what is required of an object.
        """
        if not self._is_valid(value):
            given, value = value, without_nulls(value)
            value.pop("sops", None)
            with_defaults = self._add_defaults(value) if self._add_defaults else value
            try:
                found = list(self._find_problems(with_defaults, partial))
                nulls = list(self._find_nulls(given)) if self._is_custom and not partial and not found else []
            except ValueError:  # deeper than 255 levels, or half of a surrogate pair: jsonschema-rs cannot look at it
                return
            if found:
                yield from found
                return
            yield from (("null-field", problem) for problem in nulls)
        if self._keyed_lists and not partial:
            yield from (("duplicate-list-item", problem) for problem in self._keyed_lists.find_duplicates(value))
        if self._rules and not partial:
            yield from (("cel-rule", problem) for problem in self._rules.check(value))

    def _find_problems(self, value: dict[str, Any], partial: bool) -> Iterator[tuple[str, Problem]]:
        if self._validator.is_valid(value):
            return
        violations = find_violations(value, self.schema, self._validator)
        violations += self._violations_of_defaults(value, violations)
        for violation in violations:
            if not violation.is_decided_later and not self._is_silent(violation, partial):
                yield describe(violation)

    def _find_nulls(self, value: dict[str, Any]) -> Iterator[Problem]:
        for violation in find_violations(value, self.schema, self._validator):
            is_null = violation.keyword == "type" and violation.value is None and "default" not in violation.part
            if is_null and violation.path[0] != "metadata":  # Go decodes it, and takes null for empty
                yield Problem(violation.path, "server-side apply refuses null as the value of this field", "remove it")

    def _violations_of_defaults(self, value: Any, violations: list[SchemaViolation]) -> list[SchemaViolation]:
        """Return what is refused of the defaults of variables, such as that of ${REPLICAS:=two}."""
        defaults = {
            violation.path: default_of(violation.value) for violation in violations if violation.is_decided_later
        }
        defaults = {path: default for path, default in defaults.items() if default is not None}
        if not defaults:
            return []
        value = deepcopy(value)
        for path, default in defaults.items():
            replace(value, path, default)
        return [each for each in find_violations(value, self.schema, self._validator) if each.path in defaults]

    def _is_silent(self, violation: SchemaViolation, partial: bool) -> bool:
        is_null_item = violation.value is None and isinstance(violation.path[-1], int)
        return (partial and violation.is_of_whole) or (is_null_item and not self._is_custom)

    def _is_valid(self, value: dict[str, Any]) -> bool:
        try:
            return bool(self._validator.is_valid(value))
        except ValueError:  # a type of a reader of ours, such as that of a variable without quotes
            return False

    @cached_property
    def _keyed_lists(self) -> KeyedLists | None:
        return find_keyed_lists(self.schema)

    @cached_property
    def _add_defaults(self) -> Callable[[Any], Any] | None:
        return compile_defaults(self.schema)

    @cached_property
    def _rules(self) -> CelRules | None:
        return compile_rules(self.schema)

    @cached_property
    def _validator(self) -> Any:
        """The compiled schema. A definition can have a pattern that only Go knows: then all its patterns are off."""
        try:
            return compile_schema(self.schema)
        except ValueError:
            self.schema = without_patterns(self.schema)
            return compile_schema(self.schema)

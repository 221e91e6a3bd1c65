"""Sentences for what a schema refuses. None repeats a value, which can be a password."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.masking import quote, show_key
from registry_gitops.validation.schemas.violations import SchemaViolation

_MOST_NAMES: Final = 12
"""The most names that a message lists."""

_DURATION: Final = "(ms|s|m|h"
"""Part of the pattern of each duration."""
_WITH_UNITS: Final = "write numbers with units, such as 30s, 5m, or 1h30m"

_SCHEMES: Final = re.compile(r"\^\(?(?P<schemes>[a-z|]+)\)?://\.\*\$")
"""The pattern of a URL."""

_TYPES: Final = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}


def describe(violation: SchemaViolation) -> tuple[str, Problem]:
    """Return the id of the rule that a violation breaks, and the problem."""
    rule_id, word = _WORDS.get(violation.keyword, ("invalid-value", _other))
    message, remedy = word(violation)
    # What is missing has no place of its own: it is told at the key of the mapping that lacks it.
    on_key = rule_id in ("unknown-field", "missing-field")
    return rule_id, Problem(violation.path, message, remedy, on_key=on_key)


def _unknown_field(violation: SchemaViolation) -> tuple[str, str]:
    name, known = str(violation.path[-1]), violation.expected
    message = f"unknown field {quote(name)}"
    folded = {_fold(each): each for each in known}
    near = difflib.get_close_matches(_fold(name), folded, n=1, cutoff=0.6)
    if near:
        return f"{message}: did you mean {quote(folded[near[0]])}?", f"write {folded[near[0]]}"
    if len(known) > _MOST_NAMES or not known:
        return message, "remove it, or move it to where the kind has it"
    return message, f"remove it: the fields here are {', '.join(known)}"


def _fold(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _wrong_type(violation: SchemaViolation) -> tuple[str, str]:
    types = [violation.expected] if isinstance(violation.expected, str) else violation.expected
    types = [each for each in dict.fromkeys(types) if each != "null"]
    wanted = " or ".join(_TYPES[each] for each in types)
    is_, value = _type_of(violation.value), violation.value
    message = f"{is_} stands where {wanted} is expected"
    if "string" in types and isinstance(value, (bool, int, float)):
        return message, _WITH_UNITS if _DURATION in violation.part.get("pattern", "") else "put it in quotes"
    if types in (["integer"], ["number"], ["boolean"]) and _is_scalar(value, types[0]):
        return message, "remove the quotes"
    if types == ["array"]:
        return message, "begin each item with a dash"
    return message, f"write {wanted}"


def _type_of(value: Any) -> str:
    for form, name in ((bool, "a boolean"), (int, "an integer"), (float, "a number"), (str, "a string")):
        if isinstance(value, form):
            return name
    return "a list" if isinstance(value, list) else "null" if value is None else "a mapping"


def _is_scalar(value: Any, name: str) -> bool:
    if not isinstance(value, str):
        return False
    return value in ("true", "false") if name == "boolean" else value.lstrip("-").isdecimal()


def _missing_field(violation: SchemaViolation) -> tuple[str, str]:
    name = show_key(violation.expected)
    return f"the required field {name} is missing", f"add {name}"


def _enum(violation: SchemaViolation) -> tuple[str, str]:
    known = [str(each) for each in violation.expected]
    if len(known) == 1:
        return f"this value must be {quote(known[0])}", f"write {known[0]}"
    near = difflib.get_close_matches(str(violation.value), known, n=1, cutoff=0.6)
    names = ", ".join(known[:_MOST_NAMES]) + (", ..." if len(known) > _MOST_NAMES else "")
    return f"the value is none of {names}", f"write {near[0]}" if near else f"write one of {names}"


def _pattern(violation: SchemaViolation) -> tuple[str, str]:
    if _DURATION in violation.expected:
        return "the value is not a duration", _WITH_UNITS
    schemes = _SCHEMES.fullmatch(violation.expected)
    if schemes:
        names = " or ".join(f"{scheme}://" for scheme in schemes["schemes"].split("|"))
        short_form = "; git@HOST:PATH is ssh://git@HOST/PATH" if "ssh" in schemes["schemes"] else ""
        return f"the URL does not begin with {names}", f"begin it with {names}{short_form}"
    message = f"the value does not match the pattern {violation.expected}"
    return message, "write a value that the pattern describes"


def _format(violation: SchemaViolation) -> tuple[str, str]:
    return f"the value is not a {violation.expected}", "write it as 2006-01-02T15:04:05Z"


def _limit(words: str, remedy: str) -> Callable[[SchemaViolation], tuple[str, str]]:
    def word(violation: SchemaViolation) -> tuple[str, str]:
        limit = violation.expected
        return words.format(limit), remedy.format(limit)

    return word


def _branches(violation: SchemaViolation) -> tuple[str, str]:
    if violation.expected and isinstance(violation.expected[0], str):
        names = " or ".join(violation.expected)
        return f"one of the fields {names} is required", f"add {names}"
    return _other(violation)


def _one_of(violation: SchemaViolation) -> tuple[str, str]:
    names = [name for branch in violation.expected if isinstance(branch, dict) for name in branch.get("required", ())]
    written = [name for name in dict.fromkeys(names) if isinstance(violation.value, dict) and name in violation.value]
    if len(written) > 1:
        return f"only one of the fields {', '.join(written)} can be set", f"remove all but one of {', '.join(written)}"
    return _other(violation)


def _other(violation: SchemaViolation) -> tuple[str, str]:
    return "the value has none of the forms that its field allows", "write it in one of them"


_WORDS: Final[dict[str, tuple[str, Callable[[SchemaViolation], tuple[str, str]]]]] = {
    "additionalProperties": ("unknown-field", _unknown_field),
    "type": ("wrong-type", _wrong_type),
    "required": ("missing-field", _missing_field),
    "enum": ("invalid-value", _enum),
    "pattern": ("invalid-value", _pattern),
    "format": ("invalid-value", _format),
    "anyOf": ("missing-field", _branches),
    "oneOf": ("invalid-value", _one_of),
    "minimum": ("invalid-value", _limit("the number is less than {}", "write a number from {} up")),
    "maximum": ("invalid-value", _limit("the number is greater than {}", "write a number up to {}")),
    "exclusiveMinimum": ("invalid-value", _limit("the number is not greater than {}", "write a number above {}")),
    "exclusiveMaximum": ("invalid-value", _limit("the number is not less than {}", "write a number below {}")),
    "minLength": ("invalid-value", _limit("the string has fewer characters than {}", "write {} characters or more")),
    "maxLength": ("invalid-value", _limit("the string has more characters than {}", "write {} characters or fewer")),
    "minItems": ("invalid-value", _limit("the list has fewer items than {}", "write {} items or more")),
    "maxItems": ("invalid-value", _limit("the list has more items than {}", "write {} items or fewer")),
    "minProperties": ("invalid-value", _limit("the mapping has fewer fields than {}", "write {} fields or more")),
    "maxProperties": ("invalid-value", _limit("the mapping has more fields than {}", "write {} fields or fewer")),
    "uniqueItems": ("invalid-value", _limit("an item is in the list twice", "remove one of them")),
    "multipleOf": ("invalid-value", _limit("the number is no multiple of {}", "write a multiple of {}")),
}
"""Keyword of JSON Schema -> the id of the rule, and what says it."""

"""What is said of each keyword of a schema: where, in which words, and never with the value."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.validation.schemas import KindSchema

SECRET = "hunter2-hunter2"
REQUIRED = [{"required": ["a"]}, {"required": ["b"]}]
NUMBERS = {"port": {"type": "integer"}, "ports": {"type": "array", "items": {"type": "integer"}}}


def schema(part: dict[str, Any]) -> KindSchema:
    return KindSchema({"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"field": part}})


@pytest.mark.parametrize(
    ("part", "value", "rule", "message", "remedy"),
    [
        ({"type": "string"}, 5, "wrong-type", "an integer stands where a string is expected", "put it in quotes"),
        ({"type": "integer"}, "5", "wrong-type", "a string stands where an integer is expected", "remove the quotes"),
        (
            {"type": "boolean"},
            SECRET,
            "wrong-type",
            "a string stands where true or false is expected",
            "write true or false",
        ),
        (
            {"type": "array"},
            {"a": 1},
            "wrong-type",
            "a mapping stands where a list is expected",
            "begin each item with a dash",
        ),
        (
            {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            [SECRET],
            "wrong-type",
            "a list stands where an integer or a string is expected",
            "write an integer or a string",
        ),
        (
            {"type": "string", "pattern": "^([0-9]+(ms|s|m|h))+$"},
            5,
            "wrong-type",
            "an integer stands where a string is expected",
            "write numbers with units, such as 30s, 5m, or 1h30m",
        ),
        (
            {"pattern": "^([0-9]+(ms|s|m|h))+$"},
            SECRET,
            "invalid-value",
            "the value is not a duration",
            "write numbers with units, such as 30s, 5m, or 1h30m",
        ),
        (
            {"pattern": "^[a-z]+$"},
            SECRET,
            "invalid-value",
            "the value does not match the pattern ^[a-z]+$",
            "write a value that the pattern describes",
        ),
        (
            {"pattern": "^(http|https|ssh)://.*$"},
            SECRET,
            "invalid-value",
            "the URL does not begin with http:// or https:// or ssh://",
            "begin it with http:// or https:// or ssh://; git@HOST:PATH is ssh://git@HOST/PATH",
        ),
        (
            {"pattern": "^oci://.*$"},
            SECRET,
            "invalid-value",
            "the URL does not begin with oci://",
            "begin it with oci://",
        ),
        (
            {"enum": ["Always", "Never"]},
            "always",
            "invalid-value",
            "the value is none of Always, Never",
            "write Always",
        ),
        ({"enum": ["v1"]}, SECRET, "invalid-value", 'this value must be "v1"', "write v1"),
        ({"minimum": 1}, 0, "invalid-value", "the number is less than 1", "write a number from 1 up"),
        ({"exclusiveMaximum": 9}, 9, "invalid-value", "the number is not less than 9", "write a number below 9"),
        (
            {"maxLength": 3},
            SECRET,
            "invalid-value",
            "the string has more characters than 3",
            "write 3 characters or fewer",
        ),
        ({"minItems": 1}, [], "invalid-value", "the list has fewer items than 1", "write 1 items or more"),
        (
            {"oneOf": REQUIRED},
            {"a": SECRET, "b": 2},
            "invalid-value",
            "only one of the fields a, b can be set",
            "remove all but one of a, b",
        ),
        ({"anyOf": REQUIRED}, {"c": SECRET}, "missing-field", "one of the fields a or b is required", "add a or b"),
        ({"required": ["a"]}, {"c": SECRET}, "missing-field", "the required field a is missing", "add a"),
        (
            {"not": {"required": ["a"]}},
            {"a": SECRET},
            "invalid-value",
            "the value has none of the forms that its field allows",
            "write it in one of them",
        ),
        (
            {"format": "date-time"},
            SECRET,
            "invalid-value",
            "the value is not a date-time",
            "write it as 2006-01-02T15:04:05Z",
        ),
    ],
)
def test_refused_value_is_described_but_not_repeated(
    part: dict[str, Any], value: Any, rule: str, message: str, remedy: str
) -> None:
    ((found, problem),) = schema(part).check({"field": value})
    assert (found, problem.path, problem.message, problem.remedy) == (rule, ("field",), message, remedy)


@pytest.mark.parametrize(
    ("name", "message", "remedy"),
    [
        ("prot", 'unknown field "prot": did you mean "port"?', "write port"),
        ("other", 'unknown field "other"', "remove it: the fields here are port, ports"),
    ],
)
def test_unknown_field_is_told_at_its_key(name: str, message: str, remedy: str) -> None:
    part = {"type": "object", "properties": NUMBERS, "additionalProperties": False}
    ((rule, problem),) = schema(part).check({"field": {name: SECRET}})
    assert (rule, problem.path, problem.on_key) == ("unknown-field", ("field", name), True)
    assert (problem.message, problem.remedy) == (message, remedy)


def test_deepest_of_several_forms_is_told() -> None:
    part = {"anyOf": [{"type": "string"}, {"type": "object", "properties": NUMBERS}]}
    ((rule, problem),) = schema(part).check({"field": {"ports": [80, SECRET]}})
    assert (rule, problem.path) == ("wrong-type", ("field", "ports", 1))


@pytest.mark.parametrize("value", ["${PORT}", "${PORT:=80}", "${PORT:-80}", "a ${PORT:=b}", "ENC[AES256_GCM,data:a]"])
def test_value_that_is_decided_later_satisfies_everything(value: str) -> None:
    part = {"anyOf": [{"type": "object"}, {"type": "integer", "maximum": 100}]}
    assert list(schema(part).check({"field": value})) == []


@pytest.mark.parametrize("value", ["${PORT:=http}", "${PORT:-800}", "${PORT:=true}"])
def test_default_of_a_variable_must_satisfy_the_schema(value: str) -> None:
    part = {"type": "integer", "maximum": 100}
    ((_, problem),) = schema(part).check({"field": value})
    assert problem.path == ("field",)


def test_value_that_cannot_be_looked_at_is_passed_over() -> None:
    deep: Any = {}
    for _ in range(300):
        deep = {"a": deep}
    for value in (deep, "\ud800"):
        assert list(schema({"type": "integer"}).check({"field": value})) == []


def test_patch_needs_no_required_field_and_has_no_unknown_one() -> None:
    part = {"type": "object", "required": ["ports"], "properties": NUMBERS, "additionalProperties": False}
    found = schema(part).check({"field": {"prot": 1, "port": "x"}}, partial=True)
    assert [(rule, problem.path) for rule, problem in found] == [
        ("wrong-type", ("field", "port")),
        ("unknown-field", ("field", "prot")),
    ]

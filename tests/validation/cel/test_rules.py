"""Rules in CEL, as CustomResourceDefinitions have them, on objects: what is found, where, and how surely."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.validation import examine
from registry_gitops.validation.cel import compile_rules
from registry_gitops.validation.schemas import archive

A = {"a": 1, "b": True, "t": "text", "l": [1, 2, 3], "m": {"k": "v", "n": None}, "e": [], "o": [{"n": "x"}, {"n": "y"}]}


def problems(schema: dict[str, Any], value: Any) -> list[Problem]:
    rules = compile_rules(schema)
    return list(rules.check(value)) if rules else []


def schema(*rules: str, **fields: Any) -> dict[str, Any]:
    return {"x-kubernetes-validations": [{"rule": rule, "message": "no"} for rule in rules], "properties": fields}


TRUE = """
self.a == 1 && self.b && self.t == 'text'
has(self.a) && !has(self.nothing)
!has(self.m.n)
self.a == 1.0 && self.a < 1.5 && 2 >= self.a && !(1 == '1')
1 + 2 * 3 == 7 && -7 / 2 == -3 && -7 % 2 == -1 && 7.0 / 2.0 == 3.5 && 0x10 == 16 && 1u == 1
"a" + 'b' == "ab" && [1] + [2] == [1, 2] && "b" > "a"
size(self.l) == 3 && self.t.size() == 4 && size({'a': 1}) == 1
2 in self.l && !(4 in self.l) && 'k' in self.m && self.t in ['text', 'other']
self.l[0] == 1 && self.m['k'] == 'v'
self.l.all(x, x > 0) && self.l.exists(x, x == 3) && self.l.exists_one(x, x == 3) && !self.l.exists_one(x, x > 1)
self.l.filter(x, x > 1) == [2, 3] && self.l.map(x, x * 2) == [2, 4, 6] && self.l.map(x, x > 1, x * 2) == [4, 6]
self.m.all(key, key.size() == 1) && self.e.all(x, false) && !self.e.exists(x, true)
self.o.all(x, self.o.exists_one(y, x.n == y.n))
self.b ? self.a == 1 : self.nothing
self.nothing == 1 || self.a == 1
!(self.nothing == 1 && self.a == 2)
self.o.exists(x, x.nothing == 1 || x.n == 'x')
self.t.startsWith('te') && self.t.endsWith('xt') && self.t.contains('ex') && self.t.matches('^[a-z]+$')
!'a\\n'.matches('^a$') && 'AB'.matches('^(?i)ab$') && r'\\d' == '\\\\d' && '''a"b''' == 'a"b'
'a/b/c'.split('/') == ['a', 'b', 'c'] && 'a/b/c'.split('/', 2)[1] == 'b/c' && ['a', 'b'].join('-') == 'a-b'
'abc'.substring(1) == 'bc' && 'abc'.substring(1, 2) == 'b' && 'abc'.indexOf('c') == 2 && 'abc'.charAt(3) == ''
' a '.trim() == 'a' && 'aB'.lowerAscii() == 'ab' && 'aB'.upperAscii() == 'AB' && 'aa'.replace('a', 'b', 1) == 'ba'
duration('1h30m') == duration('90m') && duration('1.5s') > duration('1499ms') && duration('0') == duration('0s')
timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-01T01:00:00+00:30')
string(1) == '1' && int('12') == 12 && double(1) == 1.0 && string(true) == 'true' && bool('true')
type(self.a) == int && type(self.t) == string && type(self.l) != string
self.l.isSorted() && self.l.sum() == 6 && self.l.max() == 3 && self.l.min() == 1 && self.l.indexOf(2) == 1
isIP('10.0.0.1') && isIP('::1') && !isIP('10.0.0.01') && !isIP('host') && isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0')
self.?nothing.orValue('x') == 'x' && self.?m.k.orValue('x') == 'v' && !self.?nothing.k.hasValue()
self.l[?9].orValue(5) == 5 && optional.of(1).value() == 1 && {'a': 1}.a == 1 && [1] != [2] && {'a': 1} == {'a': 1.0}
// a comment
"""


@pytest.mark.parametrize("rule", [line for line in TRUE.strip().splitlines() if not line.startswith("//")])
def test_true_rule_is_silent_and_its_negation_is_found(rule: str) -> None:
    assert problems(schema(rule), A) == []
    assert [problem.message for problem in problems(schema(f"!({rule})"), A)] == ["a rule of the kind is broken: no"]


@pytest.mark.parametrize(
    "rule", ["self.nothing == 1", "self.l[3] == 1", "1 / 0 == 1", "self.t + 1 == 2", "self.t && self.b", "size(1) == 1"]
)
def test_rule_that_cannot_be_evaluated_refuses_the_object(rule: str) -> None:
    (problem,) = problems(schema(rule), A)
    assert "cannot be evaluated" in problem.message


@pytest.mark.parametrize(
    "rule",
    [
        "self == oldSelf",
        "self.a ==",
        "unheard(self.a)",
        "self.t.unheard()",
        "other.a == 1",
        "self.t.matches('(?=a)')",
        "(" * 500,
        " && ".join(["self.nothing"] * 1000),
    ],
)
def test_rule_that_cannot_be_read_is_silent(rule: str) -> None:
    assert problems(schema(rule), A) == []


def test_rule_about_a_change_that_allows_creation_is_evaluated() -> None:
    rule = {"rule": "oldSelf.hasValue() || self == 1", "optionalOldSelf": True}
    assert len(problems({"x-kubernetes-validations": [rule]}, 2)) == 1
    assert problems({"x-kubernetes-validations": [rule]}, 1) == []


def test_defaults_of_the_schema_are_there_before_the_rules() -> None:
    inner = {"properties": {"kind": {"type": "string", "default": "b"}}, "default": {}}
    rules = schema("self.inner.kind == 'a' || self.x != 'c'", inner=inner, x={"default": "c"})
    assert len(problems(rules, {})) == 1
    assert len(problems(rules, {"x": None, "inner": {"kind": None}})) == 1
    assert problems(rules, {"inner": {"kind": "a"}}) == []
    assert problems(rules, {"x": "d"}) == []


def test_schema_with_a_field_named_like_the_rules_is_read() -> None:
    field = {"type": "array", "items": {"properties": {"rule": {"type": "string"}}}}
    named = {"properties": {"x-kubernetes-validations": field, "a": {"x-kubernetes-validations": ["no", {"rule": 1}]}}}
    assert problems(named, {"x-kubernetes-validations": [{"rule": "self"}], "a": 1}) == []


def test_formats_are_types() -> None:
    fields = {"after": {"type": "string", "format": "date-time"}, "for": {"type": "string", "format": "duration"}}
    rules = schema("self.after > timestamp('2026-01-01T00:00:00Z') && self.__for__ < duration('1h')", **fields)
    assert problems(rules, {"after": "2026-02-01T00:00:00Z", "for": "5m"}) == []
    assert len(problems(rules, {"after": "2026-02-01T00:00:00Z", "for": "5h"})) == 1
    assert problems(rules, {"after": "${AFTER}", "for": "3 days"}) == []
    assert problems(schema("size(self.ca) == 3", ca={"type": "string", "format": "byte"}), {"ca": "YWJj"}) == []


def test_names_that_are_no_identifiers_are_escaped() -> None:
    value = {"namespace": "x", "a-b": "x", "a.b": "x", "a/b": "x", "a__b": "x"}
    rule = (
        "self.__namespace__ + self.a__dash__b + self.a__dot__b + self.a__slash__b + self.a__underscores__b == 'xxxxx'"
    )
    assert problems(schema(rule), value) == []


@pytest.mark.parametrize("value", ["${NAME}", "ENC[AES256_GCM,data:a,type:str]"])
def test_value_that_comes_later_satisfies_every_rule(value: str) -> None:
    rules = schema("self.x == 'a'", "self.x.matches('^a$')", "self.l.all(i, i.startsWith('a'))", "self.x in ['a']")
    assert problems(rules, {"x": value, "l": ["a", value]}) == []


def test_value_that_comes_later_does_not_hide_what_is_wrong_without_it() -> None:
    rules = schema("self.x == 'a' && self.y == 'b'", "!has(self.x) || !has(self.y)")
    assert len(problems(rules, {"x": "${X}", "y": "c"})) == 2


def test_problem_that_another_field_can_solve_is_a_warning() -> None:
    one_of = "has(self.x) != has(self.y)"
    assert [each.severity for each in problems(schema(one_of), {})] == [Severity.WARNING]
    assert [each.severity for each in problems(schema(one_of), {"x": 1, "y": 1})] == [None]
    sts = schema("self.provider == 'aws' || !has(self.sts)", provider={"default": "generic"})
    assert [each.severity for each in problems(sts, {"sts": {}})] == [Severity.WARNING]
    assert [each.severity for each in problems(sts, {"sts": {}, "provider": "generic"})] == [None]


def test_problem_is_at_the_value_that_the_rule_is_about() -> None:
    rule = {"rule": "self.name == 'a'", "message": "must be a", "fieldPath": ".name"}
    item = {"x-kubernetes-validations": [rule]}
    nested = {"properties": {"spec": {"properties": {"l": {"items": item}, "m": {"additionalProperties": item}}}}}
    value = {"spec": {"l": [{"name": "a"}, {"name": "b"}], "m": {"k": {"name": "b"}}}}
    assert [each.path for each in problems(nested, value)] == [("spec", "l", 1, "name"), ("spec", "m", "k", "name")]


def test_message_is_that_of_the_rule() -> None:
    def message(**keys: str) -> str:
        (problem,) = problems(
            {"x-kubernetes-validations": [{"rule": "self.x == 'a'", **keys}]}, {"x": "s3cr3t", "n": 3}
        )
        assert "s3cr3t" not in str(problem)
        return problem.message.removeprefix("a rule of the kind is broken: ")

    assert message(message="x must be a.") == "x must be a"
    assert message(messageExpression="self.x + ' is none, ' + string(self.n)") == "*** is none, 3"
    assert message(messageExpression="self.nothing") == "self.x == 'a'"
    assert message() == "self.x == 'a'"


def test_rule_that_would_take_exponential_time_ends() -> None:
    rule = "self.nothing || (" * 40 + "self.nothing" + ")" * 40
    assert len(problems(schema(rule), A)) == 1


def test_every_rule_that_we_carry_is_read() -> None:
    archives = [archive.unpack(name, "1.36") for name in set(archive.group_archives().values())]
    schemas = [json.loads(text) for each in archives for text in each.values()]
    texts = {text for each in schemas for text in _rules(each)}
    assert len(texts) > 150
    unread = {text for text in texts if compile_rules({"x-kubernetes-validations": [{"rule": text}]}) is None}
    # Of XBackend, an experimental kind: it compares an optional value with null, which is never true.
    assert unread == {"size(self) == 0 || format.dns1123Label().validate(self) == null"}


def _rules(node: Any) -> list[str]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = node.get("x-kubernetes-validations") if isinstance(node, dict) else ()
    own = own if isinstance(own, list) else ()
    return [each["rule"] for each in own if "oldSelf" not in each["rule"]] + [
        text for child in children for text in _rules(child)
    ]


def test_default_satisfies_what_is_required(tmp_path: Path) -> None:
    file = tmp_path / "repository.yaml"
    file.write_text(VERIFIED, encoding="utf-8")
    assert [each.message for each in examine([str(file)]).findings if each.id == "missing-field"] == []


VERIFIED = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: charts, namespace: registry}
spec: {interval: 5m, url: "oci://ghcr.io/example/charts", verify: {secretRef: {name: keys}}}
"""
"""Without the required field `verify.provider`, whose default is cosign."""

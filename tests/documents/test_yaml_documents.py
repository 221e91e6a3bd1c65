"""The two readers of YAML give what Go's reader gives, and say where a text is wrong."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_gitops.codec import GoYAMLError, compose_yaml
from registry_gitops.documents import FileReading, SourceFile, TextProblem, read_text
from tests.support.tools import GoYaml
from tests.support.yaml_texts import TEXTS

HAZARDS: Final = """
    y Y yes Yes YES n N no No NO on On ON off Off OFF true True TRUE false False FALSE null Null NULL ~ nUll tRue
    0644 089 0o644 0O7 0x1F 0X1f 0b11 -0b1 +0b1 0_7 0x_1 0b1_1 -0644 +0o7 1_000 1__0 1_ _04 _1e9 ._1 -_0b1 .5e3_ .5_1
    1e3 1E3 1e400 -1e400 1e-3 .5 5. 5.e3 +.5 -.5 . .. 1.2.3 1.10 1e 0x 0b 00 00.1 -0 -0.0 .inf -.inf .NaN inf nan
    9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616 0xFFFFFFFFFFFFFFFFF
    12:30 1:2:3 2001-01-01 2001-1-1T00:00:00Z = << - -- a:b a#b 0x1p-2 !!str !!int !x &a
""".split()
SHAPES: Final = [
    *("key: {}\n", "- {}\n", "key:\n  {}\n", "[{}, a]\n", "a: {{b: {}}}\n", "{}: v\n", "a: {{{}: v}}\n", "a:\t{}\n"),
    *("{}\n", "? {}\n: v\n", "a: &x {}\nb: *x\n", "- - {} # c\n", "a:\n- {}: 1\n", '{{"a":{}}}\n', "a: {}\r\nb: c\r\n"),
    *("a: !!str {}\n", "a: !!int {}\n", "a: !!float {}\n", "a: !!bool {}\n", "a: ! {}\n", "a: !!null {}\n"),
]
STRICTER: Final = ('"', "'", "!", ":", ",")
"""Characters after which libyaml in C refuses some texts that its translation in Go accepts."""


def read(text: str) -> FileReading:
    return read_text(SourceFile("file.yaml", text))


def values(text: str) -> list[Any]:
    return [document.value for document in read(text).documents]


def same(ours: object, theirs: object) -> bool:
    """Whether two values are the same as JSON; Go writes 1000.0 as 1000, and large integers as floats."""
    return json.dumps(_rounded(ours), sort_keys=True) == json.dumps(_rounded(theirs), sort_keys=True)


def _rounded(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.12g}" if abs(value) > 1e15 or value != int(value) else int(value)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def compare(goyaml: GoYaml, text: str) -> None:
    go, reading = goyaml.read(text).sigs, read(text)
    if go.error is None:
        assert reading.problems == [], text
        assert same([document.value for document in reading.documents] or [None], [go.value]), text
    elif "{{" not in text:
        assert reading.problems, f"{text!r}: {go.error}"


@pytest.mark.parametrize("shape", SHAPES)
def test_hazard_is_read_as_go_reads_it(goyaml: GoYaml, shape: str) -> None:
    for hazard in HAZARDS:
        if shape.startswith("[") and hazard.startswith("!"):
            continue  # Go drops the item
        compare(goyaml, shape.format(hazard))


ALPHABET: Final = "yYnNoO0123456789_.eExXobBtT-+~=<! "


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SHAPES[:14]), st.text(ALPHABET, min_size=1, max_size=7))
def test_random_scalar_is_read_as_go_reads_it(goyaml: GoYaml, shape: str, scalar: str) -> None:
    if not any(character in scalar for character in STRICTER):
        compare(goyaml, shape.format(scalar))


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(TEXTS | st.sampled_from(HAZARDS), max_size=4), st.sampled_from(["a: {}\n", "- {}\n", "  {}: 1\n", "{}\n"])
)
def test_any_text_gives_documents_or_problems(texts: list[str], shape: str) -> None:
    reading = read("".join(map(shape.format, texts)))
    assert all(problem.line > 0 and problem.column > 0 and problem.remedy for problem in reading.problems)
    for document in reading.documents:
        assert document.position(("a", 0))[0] > 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x {b: 1, c: 2}\nd:\n  c: 3\n  <<: *x\n", {"a": {"b": 1, "c": 2}, "d": {"c": 3, "b": 1}}),
        ("a: &x {b: 1}\nc: &y {b: 2, d: 2}\ne: {<<: [*x, *y]}\n", {"b": 1, "d": 2}),
        ("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", {"a": 1, "b": 1, "c": 2, "d": 2}),
        ("*a : b\n", None),
        ("x: &a k\n*a : b\n", {"x": "k", "k": "b"}),
        ("\ufeffa: 1\n", {"a": 1}),
        ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", {"a": 1, "b": "x\ny\n"}),
        ("%YAML 1.1\n---\na: 1\n", {"a": 1}),
        ("{a: 1}\n", {"a": 1}),
    ],
)
def test_anchors_merges_and_marks_are_read(text: str, value: object) -> None:
    found = values(text.removeprefix("\ufeff"))
    assert (found[0] if found else None) == value or (found and found[0].get("e") == value)


def test_documents_are_read_one_by_one_each_with_its_line() -> None:
    text = "# only a comment\n---\na: yes\n---\nb: [\n--- # words\nc: 1\n...\n---\n\n---\n--- {d: 0644}\n"
    reading = read(text)
    assert [(each.value, each.first_line) for each in reading.documents] == [
        *[({"a": True}, 2), ({"c": 1}, 6), ({"d": 420}, 12)],
    ]
    assert reading.documents[2].position(("d",)) == (12, 9)
    assert [(problem.rule_id, problem.line) for problem in reading.problems] == [("syntax-error", 6)]


def test_a_marker_in_a_text_begins_no_document() -> None:
    assert values("a: |\n  x\n  ---\n  y\nb: ---c\n---d: 1\n") == [{"a": "x\n---\ny\n", "b": "---c", "---d": 1}]


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("a: 1\nb: {c: 1, c: 2}\n", "duplicate-key", 2, 11),
        ("1: a\n'1': b\n", "duplicate-key", 2, 1),
        ("a: &x [*x]\n", "alias-bomb", 1, 8),
        ("a: *b\n", "syntax-error", 1, 4),
        ("a: b: c\n", "syntax-error", 1, 5),
        ("a:\n\tb: c\n", "tab-indent", 2, 1),
        ("a: b\x00c\n", "control-character", 1, 5),
        ("a: b\x9bc\n", "control-character", 1, 5),
        ("? [a]\n: b\n", "syntax-error", 1, 3),
        ("~: b\n", "syntax-error", 1, 1),
        ("a: .nan\n", "syntax-error", 1, 4),
        ("a: !!int x\n", "syntax-error", 1, 4),
        ("<<: 1\n", "syntax-error", 1, 1),
        ("a: {b\n", "syntax-error", 2, 1),
        ("- " * 20_000 + "a\n", "too-deep", 1, 403),
        ("[" * 300 + "]" * 300, "too-deep", 1, 202),
        ("\n".join(" " * depth + "a:" for depth in range(300)), "too-deep", 202, 202),
    ],
)
def test_problem_has_its_place(text: str, rule: str, line: int, column: int) -> None:
    assert [problem[:3] for problem in read(text).problems] == [(rule, line, column)]


def test_no_depth_is_too_deep_for_the_reader() -> None:
    assert [problem.rule_id for problem in read("[" * 20_000).problems] == ["too-deep"]


def test_aliases_are_bounded_as_go_bounds_them(goyaml: GoYaml) -> None:
    for width, depth in itertools.product((2, 9, 20), (1, 2, 4, 6)):
        lines = ["a0: &a0 [" + ", ".join(["x"] * width) + "]"]
        lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * width) + "]" for n in range(1, depth + 1)]
        text = "\n".join(lines) + "\n"
        if width**depth < 10**7:
            assert bool(read(text).problems) == bool(goyaml.read(text).sigs.error), (width, depth)
        else:
            assert [problem.rule_id for problem in read(text).problems] == ["alias-bomb"]


def test_a_template_is_neither_a_document_nor_a_problem() -> None:
    assert read("a: {{ .Values.a }}\n{{- if .b }}\n---\nb: 1\n").documents[0].value == {"b": 1}
    assert read("a: {{ .Values.a }}\n").problems == []


def test_no_value_is_repeated() -> None:
    for text in ("password: 'hunter2\n", "a: hunter2: x\n", "a: !hunter2! x\n", "a: *hunter2\n", "a: !!int hunter2\n"):
        problems: list[TextProblem] = read(text).problems
        assert problems, text
        assert "hunter2" not in str(problems)


def test_duplicate_key_keeps_the_last_value_and_both_places() -> None:
    root, (problem,) = compose_yaml("a: 1\nb: 2\na: 3\n")
    assert root is not None
    assert root.value == {"a": 3, "b": 2}
    assert "the first time 2 lines above" in problem.message
    with pytest.raises(GoYAMLError):
        compose_yaml("a: [")


def test_without_yaml_rs_all_texts_are_read_slowly() -> None:
    code = """
import sys
sys.modules["yaml_rs"] = None
from registry_gitops.documents import SourceFile, read_text
print([each.value for each in read_text(SourceFile("x", "a: 1\\n---\\nb: [yes]\\n")).documents])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[{'a': 1}, {'b': [True]}]\n"

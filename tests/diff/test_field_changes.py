"""The fields in which objects differ: their paths, what counts as the same, and what is not shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.diff.field_changes import find_differences

ABSENT = None
PASSWORD = "correct-horse-7"


def told(before: Any, after: Any) -> list[tuple[str, str | None, str | None]]:
    fields = (each.to_changed_field() for each in find_differences(before, after))
    return [(field.path, field.before, field.after) for field in fields]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"limits": {"memory": "1Gi"}}, {"limits": {"memory": "1024Mi"}}),
        ({"requests": {"cpu": 1}}, {"requests": {"cpu": "1000m"}}),
        ({"interval": "10m"}, {"interval": "600s"}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_same_amount_in_other_words_is_no_difference(before: Any, after: Any) -> None:
    assert told(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"size": "1Gi"}, {"size": "1024Mi"}, [("size", "1Gi", "1024Mi")]),
        ({"a": 1}, {"a": True}, [("a", "1", "true")]),
        ({"a": ""}, {}, [("a", '""', ABSENT)]),
        ({"a.b/c": "x"}, {"a.b/c": "y"}, [("[a.b/c]", "x", "y")]),
        ({"args": ["a"]}, {"args": ["a", "b"]}, [("args", '["a"]', '["a", "b"]')]),
        ({}, {"env": [{"name": "A", "value": "1"}]}, [("env[A].value", ABSENT, "1")]),
        (
            {"env": [{"name": "A"}, {"name": "B"}]},
            {"env": [{"name": "B"}, {"name": "A"}]},
            [("env", '["A", "B"]', '["B", "A"]')],
        ),
        ({"list": [{"x": {}}, "text"]}, {"list": [{"x": 1}]}, [("list[0].x", "{}", "1"), ("list[1]", "text", ABSENT)]),
        ({"a": {"b": 1}}, {"a": "text"}, [("a.b", "1", ABSENT), ("a", ABSENT, "text")]),
        (
            {"config.yml": "log: {level: info}"},
            {"config.yml": "log: {level: debug}"},
            [("[config.yml].log.level", "info", "debug")],
        ),
        ({"config.yml": "a: 1"}, {"config.yml": "a: [b"}, [("[config.yml]", "a: 1", "a: [b")]),
    ],
)
def test_difference_has_a_path_and_both_values(before: Any, after: Any, fields: list[Any]) -> None:
    assert told(before, after) == fields


@pytest.mark.parametrize(
    "after",
    [
        {"password": PASSWORD},
        {"env": [{"name": "DB_PASSWORD", "value": PASSWORD}]},
        {"kind": "Secret", "stringData": {"a": PASSWORD}},
        {"extraDeploy": [{"kind": "Secret", "data": {"a": PASSWORD}}]},
        {"extraDeploy": ["text", {"kind": "Secret", "data": {"a": PASSWORD}}]},
        {"config.yml": f"storage: {{s3: {{secretkey: {PASSWORD}}}}}"},
        {"args": ["--password", PASSWORD]},
        {"url": f"https://user:{PASSWORD}@registry.example.com/"},
    ],
)
@pytest.mark.parametrize(
    "before", [{}, {"extraDeploy": [], "env": "none", "config.yml": "storage: {s3: {secretkey: x}}"}]
)
def test_credentials_are_not_shown(before: Any, after: Any) -> None:
    for fields in (told(before, after), told(after, before)):
        assert PASSWORD not in str(fields)
        assert "***" in str(fields)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "kind", "a", "b"]), inner),
    max_leaves=8,
)


@given(PLAIN, PLAIN)
def test_any_two_values_differ_unless_they_are_the_same(one: Any, other: Any) -> None:
    assert told({"x": one}, {"x": one}) == []
    assert bool(told({"x": one}, {"x": other})) == (str(one) != str(other)) or one == other

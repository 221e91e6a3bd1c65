"""Rendered YAML is the same on every run, and says the same to every reader."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.codec import dump_yaml, load_yaml
from tests.support.yaml_texts import DOCUMENTS, TEXTS


@given(DOCUMENTS)
def test_another_reader_of_yaml_gets_back_what_was_dumped(document: dict[str, Any]) -> None:
    assert yaml.load(dump_yaml(document), Loader=yaml.CSafeLoader) == document


@given(st.dictionaries(TEXTS, TEXTS | st.integers(-(2**60), 2**60) | st.booleans() | st.none(), max_size=5))
def test_our_own_reader_gets_back_what_was_dumped(document: dict[str, Any]) -> None:
    assert load_yaml(dump_yaml(document)).value == document


def test_the_text_looks_as_people_write_it() -> None:
    document = {
        "kind": "HelmRelease",
        "spec": {
            "interval": "10m",
            "empty": {},
            "none": [],
            "version": "3.1.1",
            "args": ["a", {"name": "B", "value": "yes"}, ["x", ["y1"]], []],
            "script": "one\n  two\n",
            "kept": "one\n\n\n",
            "cut": "one\ntwo",
        },
    }
    assert dump_yaml(document) == (
        "kind: HelmRelease\n"
        "spec:\n"
        "  interval: 10m\n"
        "  empty: {}\n"
        "  none: []\n"
        '  version: "3.1.1"\n'
        "  args:\n"
        "    - a\n"
        "    - name: B\n"
        '      value: "yes"\n'
        "    - - x\n"
        "      - - y1\n"
        "    - []\n"
        "  script: |\n"
        "    one\n"
        "      two\n"
        "  kept: |+\n"
        "    one\n"
        "\n"
        "\n"
        "  cut: |-\n"
        "    one\n"
        "    two\n"
    )


def test_a_float_has_a_point_because_yaml_1_1_takes_it_for_text_without() -> None:
    assert dump_yaml({"a": 1e22, "b": 1e-7, "c": 0.5}) == "a: 1.0e+22\nb: 1.0e-07\nc: 0.5\n"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", "a\n\ud800"])
def test_what_no_yaml_reader_takes_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="YAML|UTF-8"):
        dump_yaml({"a": value})


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no YAML for a"):
        dump_yaml({"a": value})


def test_a_key_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="must be text"):
        dump_yaml({"a": {1: "x"}})

"""goyaml gives the readings that Helm, kubectl and Flux act on."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.tools import GoYaml

pytestmark = pytest.mark.tools


@pytest.mark.parametrize(
    ("text", "sigs", "v3"),
    [
        ("12:30", "12:30", "12:30"),
        ("1e3", 1000, 1000),
        ("0o644", 420, 420),
        ("yes", True, "yes"),
        ("'yes'", "yes", "yes"),
        ("", None, None),
        ("{a: [1, é]}", {"a": [1, "é"]}, {"a": [1, "é"]}),
    ],
)
def test_both_libraries_are_asked_for_their_reading(goyaml: GoYaml, text: str, sigs: Any, v3: Any) -> None:
    readings = goyaml.read(text)
    assert [readings.sigs.error, readings.v3.error] == [None, None]
    for reading, expected in ((readings.sigs.value, sigs), (readings.v3.value, v3)):
        assert reading == expected
        assert type(reading) is type(expected)


@pytest.mark.parametrize("text", ["[", "a: 1\na: 2", "a: .nan", "{[1]: 2}"])
def test_what_is_no_json_value_is_an_error_of_both(goyaml: GoYaml, text: str) -> None:
    readings = goyaml.read(text)
    assert readings.sigs.error
    assert readings.v3.error
    assert goyaml.read("fine").sigs.value == "fine"


def test_a_timestamp_is_not_passed_off_as_the_string_that_it_looks_like(goyaml: GoYaml) -> None:
    text = "[{at: 2001-01-01T00:00:00Z}]"
    assert goyaml.read(text).sigs.value == [{"at": "2001-01-01T00:00:00Z"}]
    assert "timestamp" in str(goyaml.read(text).v3.error)


def test_text_that_could_be_taken_for_two_questions_is_refused(goyaml: GoYaml) -> None:
    with pytest.raises(ValueError, match="NUL"):
        goyaml.read("a\0b")


def test_a_thousand_questions_one_by_one_take_a_few_seconds_at_most(goyaml: GoYaml) -> None:
    start = time.monotonic()
    for number in range(1000):
        assert goyaml.read(f"a: {number}").sigs.value == {"a": number}
    assert time.monotonic() - start < 5

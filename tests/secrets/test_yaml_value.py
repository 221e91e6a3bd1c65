"""A secret in an environment variable is what it was, although the registry reads the variable as YAML."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from registry_gitops.secrets.yaml_value import encode_yaml_value
from tests.support.tools import GoYaml

PLAIN = ("hunter2", "aGVsbG8+/=", "06fc21fdf0a5d2f6", "a.b_c-d", "/path", "nullable", "1Gi")
QUOTED = (
    *("#x", "@x", "a: b", "[x", "{x}", '"q', "*s", "&x", "!x", "- x", "null", "~", "tr #il", " lead", "trail ", "="),
    *("true", "NO", "y", "12345", "007", "1e3", "0x1f", "0o17", "1_000", "2026-11-26", "12:30", "<<", "---", "a\nb"),
    *("-", "ü", "\u2028x", "\x85x", "\x7f", "\ufeffx", "\U0001f600", "%x", "|", ">", "`x", "a,b", "\\"),
)


@pytest.mark.parametrize("text", PLAIN)
def test_text_that_yaml_reads_as_it_is_stays_as_it_is(text: str) -> None:
    assert encode_yaml_value(text) == text


@pytest.mark.parametrize("text", QUOTED)
def test_text_that_is_something_else_in_yaml_is_quoted(text: str) -> None:
    encoded = encode_yaml_value(text)
    assert encoded.startswith('"')
    assert yaml.safe_load(encoded) == text


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("\x00")
def test_every_text_comes_back(text: str) -> None:
    assert yaml.safe_load(encode_yaml_value(text)) == text


@pytest.mark.parametrize("text", [*PLAIN, *QUOTED])
def test_go_reads_the_text_and_no_number(goyaml: GoYaml, text: str) -> None:
    readings = goyaml.read(f"value: {encode_yaml_value(text)}\n")
    assert readings.sigs.value == readings.v3.value == {"value": text}

"""Go, in which Helm, Flux and kubectl are written, reads our YAML as we meant it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from registry_gitops.codec import YAMLError, dump_yaml, load_yaml
from tests.support.tools import GoYaml
from tests.support.yaml_texts import DOCUMENTS, TEXTS

many = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(document=DOCUMENTS)
def test_go_gets_back_what_was_dumped(goyaml: GoYaml, document: dict[str, Any]) -> None:
    readings = goyaml.read(dump_yaml(document))
    assert readings.sigs.error is None
    assert readings.sigs.value == document


@many
@given(text=TEXTS)
@example("12:30")
@example("1e3")
@example("0o644")
@example("yes")
@example("1_000")
@example("089")
@example("0x1p-2")
@example("2026-11-23T10:00:00Z")
@example("190:20:30")
@example("+12")
@example("-0")
@example("-0.0")
@example("9223372036854775808")
@example("00.1")
@example("True")
@example(".")
@example("0b")
@example("1__0")
def test_a_plain_scalar_that_we_read_means_the_same_to_go(goyaml: GoYaml, text: str) -> None:
    document = f"key: {text}\n"
    try:
        ours = load_yaml(document).value
    except YAMLError:
        return  # refused, with what to write instead
    readings = goyaml.read(document)
    assert readings.sigs.value == ours
    assert type(readings.sigs.value) is type(ours)


@pytest.mark.parametrize("text", ["12:30", "1e3", "0o644", "yes", "10Gi", "30s", "500m", "1k", "7E"])
def test_a_string_stays_a_string_in_both_libraries_of_go(goyaml: GoYaml, text: str) -> None:
    readings = goyaml.read(dump_yaml({"value": text}))
    assert readings.sigs.value == readings.v3.value == {"value": text}

"""The contract: what is written can be read, by its schema and by us."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from pydantic import ValidationError

from registry_gitops.report import WRITERS, Outcome, Place, Report, Result, Severity
from registry_gitops.schema import json_schema
from tests.support.tools import ROOT

from .sample import PASSED, SAMPLE


def as_json(report: Report) -> Any:
    return json.loads(WRITERS["json"](report))


@pytest.mark.parametrize("report", [SAMPLE, PASSED], ids=["all", "passed"])
def test_what_is_written_is_valid_by_the_published_schema_and_reads_as_the_same_report(report: Report) -> None:
    schema = json.loads((ROOT / "docs/report.schema.json").read_text("utf-8"))
    assert [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(as_json(report))] == []
    assert Report.model_validate_json(WRITERS["json"](report)) == report


def test_the_published_schema_is_that_of_the_model() -> None:
    assert json.loads((ROOT / "docs/report.schema.json").read_text("utf-8")) == json_schema(Report)


def test_every_key_is_explained_in_the_schema() -> None:
    schema = json_schema(Report)
    objects = [schema, *(each for each in schema["definitions"].values() if "properties" in each)]
    assert len(objects) == 3
    assert [key for each in objects for key, what in each["properties"].items() if not what["description"]] == []


@pytest.mark.parametrize(("key", "value"), [("outcome", "fine"), ("severity", "may"), ("seconds", "x"), ("id", None)])
def test_a_result_that_says_nothing_known_is_refused_by_the_schema_and_by_the_model(key: str, value: object) -> None:
    wrong = as_json(PASSED)
    wrong["results"][0][key] = value
    assert not jsonschema_rs.is_valid(json_schema(Report), wrong)
    with pytest.raises(ValidationError):
        Report.model_validate(wrong)


def test_a_report_of_a_later_program_with_more_keys_can_be_read() -> None:
    later = as_json(SAMPLE)
    later["results"][0]["colour"] = "green"
    assert Report.model_validate(later) == SAMPLE
    assert jsonschema_rs.is_valid(json_schema(Report), later)


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_failure_and_an_error_are_bad_and_nothing_else_is(outcome: Outcome, severity: Severity) -> None:
    result = Result(id="one", title="One", outcome=outcome, severity=severity)
    bad = outcome in ("failed", "error")
    assert result.bad is bad
    assert SAMPLE.model_copy(update={"results": (result,)}).passed is not bad


def test_outcomes_are_counted_in_the_order_of_the_enumeration() -> None:
    assert list(SAMPLE.counts().items()) == [
        ("passed", 1),
        ("failed", 2),
        ("not supported", 1),
        ("skipped", 1),
        ("error", 1),
    ]
    assert PASSED.counts() == {"passed": 1}


def test_a_place_reads_as_compilers_write_it() -> None:
    assert str(Place(file="a.yaml", line=3, column=5)) == "a.yaml:3:5"
    assert str(Place(file="a.yaml")) == "a.yaml"

"""The contract: what is written can be read, by its schema and by us."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from pydantic import ValidationError

from registry_gitops.findings import Finding, Severity
from registry_gitops.report import WRITERS, CheckResult, Outcome, Report, Requirement
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
    assert len(objects) == 4
    assert [key for each in objects for key, what in each["properties"].items() if not what["description"]] == []


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("checks", "outcome", "fine"),
        ("checks", "requirement", "must"),
        ("checks", "seconds", "x"),
        ("checks", "id", None),
        ("findings", "severity", "may"),
        ("findings", "location", "registry.yaml:3"),
        ("findings", "id", None),
        ("findings", "evidence", [1]),
    ],
)
def test_an_unknown_value_is_refused_by_the_schema_and_by_the_model(part: str, key: str, value: object) -> None:
    wrong = as_json(SAMPLE)
    wrong[part][0][key] = value
    assert not jsonschema_rs.is_valid(json_schema(Report), wrong)
    with pytest.raises(ValidationError):
        Report.model_validate(wrong)


def test_a_report_of_a_later_program_with_more_keys_can_be_read() -> None:
    later = as_json(SAMPLE)
    later["checks"][0]["color"] = "green"
    later["findings"][0]["color"] = "red"
    later["findings"][0]["location"]["color"] = "blue"
    assert Report.model_validate(later) == SAMPLE
    assert jsonschema_rs.is_valid(json_schema(Report), later)


@pytest.mark.parametrize("requirement", Requirement)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_check_that_failed_or_ended_in_an_error_is_a_failure(outcome: Outcome, requirement: Requirement) -> None:
    check = CheckResult(id="one", title="One", outcome=outcome, requirement=requirement)
    is_failure = outcome in ("failed", "error")
    assert check.is_failure is is_failure
    assert PASSED.model_copy(update={"checks": (check,)}).passed is not is_failure


@pytest.mark.parametrize("severity", Severity)
def test_a_finding_of_severity_error_fails_the_report(severity: Severity) -> None:
    finding = Finding(id="one", message="one", severity=severity)
    assert PASSED.model_copy(update={"findings": (finding,)}).passed is (severity is Severity.WARNING)


def test_absent_keys_are_left_out_and_lists_stay() -> None:
    written = as_json(PASSED)
    assert (written["findings"], written["leftovers"]) == ([], [])
    assert written["checks"][0].keys() == {"id", "title", "outcome", "requirement", "verifies", "seconds", "evidence"}
    locations = [finding["location"] for finding in as_json(SAMPLE)["findings"]]
    assert locations[0] == {}
    assert locations[3] == {"file": "apps/my registry.yaml", "key": "namespace"}
    assert locations[5] == {"object": "Pod/docker-registry-5d9c7b-x2x7z"}


def test_failure_behind_a_reason_is_the_failed_check_that_it_names() -> None:
    behind = {reason.message: SAMPLE.failure_behind(reason) for reason in SAMPLE.reasons()}
    assert behind == {
        "this is plain HTTP": "",
        "the registry has no referrers API, so clients use a tag instead": "",
        "uploads fail: see location-scheme": "location-scheme",
    }


def test_outcomes_are_counted_in_the_order_of_the_enumeration() -> None:
    assert list(SAMPLE.counts().items()) == [
        ("passed", 2),
        ("failed", 2),
        ("not supported", 1),
        ("skipped", 3),
        ("error", 1),
    ]
    assert PASSED.counts() == {"passed": 1}

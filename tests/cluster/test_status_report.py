"""The formats of a status other than text and JSON: the check `ready`, and its causes as findings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

import pytest

from registry_gitops.cluster.status import Status, assess, build_status_report
from registry_gitops.findings import Severity
from registry_gitops.report import WRITERS

from .deployments import NAMES, load_snapshot


def write(format_: str, name: str) -> str:
    return WRITERS[format_](build_status_report(assess(load_snapshot(name))))


def junit(name: str) -> dict[str, Element]:
    suites = fromstring(write("junit", name))
    return {case.attrib["name"]: case for case in suites.iter("testcase")}


def test_junit_has_a_case_for_ready_and_one_for_each_cause() -> None:
    cases = junit("scaled-by-hand")
    assert list(cases) == ["ready", "in-progress", "drifted"]
    failures = {name: [each.attrib["message"] for each in case.iter("failure")] for name, case in cases.items()}
    assert failures["ready"] == ["the Pods are being replaced or started"]
    assert failures["in-progress"] == [
        "Deployment/docker-registry/docker-registry: the Pods are being replaced or started"
    ]
    # A warning fails no test.
    assert failures["drifted"] == []


def test_junit_case_ready_fails_with_all_causes() -> None:
    (failure,) = junit("namespace-missing")["ready"].iter("failure")
    assert failure.attrib["message"] == (
        "Flux cannot apply revision main@sha1:ca1ba73: the Namespace docker-registry does not exist; "
        "there is no HelmRelease docker-registry in namespace docker-registry"
    )


def test_junit_of_a_deployment_that_is_ready_has_the_facts_and_no_failure() -> None:
    (case,) = junit("ready").values()
    assert [each.tag for each in case] == ["system-out"]
    assert "image: docker.io/library/registry:3.1.1\n" in (case[0].text or "")


def test_sarif_has_a_rule_for_ready_and_a_result_with_the_object_for_each_cause() -> None:
    (run,) = json.loads(write("sarif", "secret-missing"))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["ready", "secret-missing"]
    (result,) = run["results"]
    (location,) = result["locations"]
    (name,) = [each["fullyQualifiedName"] for each in location["logicalLocations"]]
    assert (result["ruleId"], result["level"]) == ("secret-missing", "error")
    assert name.startswith("Pod/docker-registry/docker-registry-")


def test_github_has_an_annotation_for_each_cause() -> None:
    lines = write("github", "release-suspended").splitlines()
    assert lines[0].startswith("::warning title=suspended::HelmRelease/docker-registry/docker-registry: ")
    assert "Remedy: `flux resume helmrelease" in lines[0]


def test_html_shows_the_causes_and_the_facts_whether_ready_or_not() -> None:
    for name in ("ready", "crash-loop"):
        page = write("html", name)
        assert "image: docker.io/library/registry:3.1.1" in page
    assert "configuration error: error parsing" in page
    # A link of a check leads to its finding: `ready` has none of its own.
    assert 'href="#ready"' not in page


@pytest.mark.parametrize("name", NAMES)
def test_a_report_passes_if_and_only_if_the_deployment_is_ready(name: str) -> None:
    status = assess(load_snapshot(name))
    report = build_status_report(status)
    assert report.passed is status.ready
    assert list(map(str, report.findings)) == list(map(str, status.findings))


def test_a_deployment_that_is_not_ready_for_an_unknown_reason_has_a_finding_in_every_report() -> None:
    unknown = Status(
        namespace="a", name="b", ready=False, read_at=datetime.now(UTC), summary="Flux reports it as ready, but ..."
    )
    (finding,) = build_status_report(unknown).findings
    assert (finding.id, finding.severity, finding.message) == ("ready", Severity.ERROR, unknown.summary)

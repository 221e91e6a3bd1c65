"""The report as JUnit XML, in the form that Jenkins and GitLab have a schema for: a test case for each check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from registry_gitops.findings import Finding
from registry_gitops.report.model import CheckResult, Outcome, Report
from registry_gitops.report.writers.words import explanation, other_findings, plain

_ELEMENTS: Final = {
    Outcome.FAILED: "failure",
    Outcome.ERROR: "error",
    Outcome.NOT_SUPPORTED: "skipped",
    Outcome.SKIPPED: "skipped",
}


def write(report: Report) -> str:
    """Return one test suite. JUnit has no word for not supported, which is therefore skipped."""
    suite = Element("testsuite")
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", {"name": "version", "value": report.version})
    for line in report.leftovers:
        SubElement(properties, "property", {"name": "leftover", "value": plain(line)})
    for check in report.checks:
        _case_of_check(suite, report, check)
    for finding in other_findings(report):
        _case_of_finding(suite, report, finding)
    counts = {
        "tests": str(len(suite.findall("testcase"))),
        "failures": str(len(suite.findall("testcase/failure"))),
        "errors": str(len(suite.findall("testcase/error"))),
        "time": f"{report.seconds:.3f}",
    }
    # The schema has no time zone here.
    started = report.started.replace(microsecond=0, tzinfo=None).isoformat()
    skipped = str(len(suite.findall("testcase/skipped")))
    suite.attrib |= {"name": plain(report.subject), "timestamp": started, "skipped": skipped} | counts
    suites = Element("testsuites", {"name": report.tool, **counts})
    suites.append(suite)
    indent(suites)
    return f"""<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n"""


def _case_of_check(suite: Element, report: Report, check: CheckResult) -> None:
    case = _case(suite, report, check.id, check.seconds)
    findings = report.findings_of(check)
    element = _ELEMENTS.get(check.outcome)
    if element:
        message = findings[0].message if findings else check.message
        detail = SubElement(case, element, {"message": plain(message or check.title), "type": check.outcome.value})
        if findings:
            detail.text = plain("\n".join((check.title, *_explanations(findings))))
    evidence = check.evidence or [line for finding in findings for line in finding.evidence]
    if not element:
        evidence = [*_explanations(findings), *evidence]
    if evidence:
        SubElement(case, "system-out").text = plain("\n".join(evidence))


def _case_of_finding(suite: Element, report: Report, finding: Finding) -> None:
    case = _case(suite, report, finding.id, 0)
    lines = explanation(finding)
    if finding.is_error:
        detail = SubElement(case, "failure", {"message": plain(lines[0]), "type": finding.severity.value})
        detail.text = plain("\n".join(lines))
        lines = []
    if lines or finding.evidence:
        SubElement(case, "system-out").text = plain("\n".join((*lines, *finding.evidence)))


def _case(suite: Element, report: Report, name: str, seconds: float) -> Element:
    about = {"name": name, "classname": report.tool.replace(" ", "."), "time": f"{seconds:.3f}"}
    return SubElement(suite, "testcase", about)


def _explanations(findings: Iterable[Finding]) -> Iterator[str]:
    return (line for finding in findings for line in explanation(finding))

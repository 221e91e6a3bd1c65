"""The report as JUnit XML, in the form that Jenkins and GitLab have a schema for: a test case for each check."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from registry_gitops.findings import Finding
from registry_gitops.report.report import CheckResult, Outcome, Report
from registry_gitops.report.writers.phrases import escape_unprintable, other_findings, remedy_lines

_ELEMENTS: Final = {
    Outcome.FAILED: "failure",
    Outcome.ERROR: "error",
    Outcome.NOT_SUPPORTED: "skipped",
    Outcome.SKIPPED: "skipped",
}


def write_junit(report: Report) -> str:
    """Return one test suite: a case for each check, and one for each finding that is of no check.

    JUnit has no word for not supported, which is therefore skipped.
    """
    suite = Element("testsuite")
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", {"name": "version", "value": report.version})
    for line in report.notes:
        SubElement(properties, "property", {"name": "note", "value": escape_unprintable(line)})
    for line in report.leftovers:
        SubElement(properties, "property", {"name": "leftover", "value": escape_unprintable(line)})
    for check in report.checks:
        _case_of_check(suite, report, check)
    for finding in other_findings(report):
        _case_of_finding(suite, report, finding)
    counts = {"tests": _count(suite, ""), "failures": _count(suite, "/failure"), "errors": _count(suite, "/error")}
    counts["time"] = f"{report.seconds:.3f}"
    # The schema has no time zone here.
    started = report.started.replace(microsecond=0, tzinfo=None).isoformat()
    about = {"name": escape_unprintable(report.subject), "timestamp": started, "skipped": _count(suite, "/skipped")}
    suite.attrib |= about | counts
    suites = Element("testsuites", {"name": report.tool, **counts})
    suites.append(suite)
    indent(suites)
    return f"""<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n"""


def _count(suite: Element, below: str) -> str:
    return str(len(suite.findall(f"testcase{below}")))


def _case_of_check(suite: Element, report: Report, check: CheckResult) -> None:
    case = _case(suite, report, check.id, check.seconds)
    findings = report.findings_of(check)
    lines = [line for finding in findings for line in (str(finding), *remedy_lines(finding))]
    if element := _ELEMENTS.get(check.outcome):
        message = next(iter(lines), check.message or check.title)
        _detail(case, element, check.outcome, message, [check.title, *lines] if lines else ())
        lines = []
    _output(case, [*lines, *check.evidence, *(line for finding in findings for line in finding.evidence)])


def _case_of_finding(suite: Element, report: Report, finding: Finding) -> None:
    case = _case(suite, report, finding.id, 0)
    lines = [str(finding), *remedy_lines(finding)]
    if finding.is_error:
        _detail(case, "failure", finding.severity, lines[0], lines)
        lines = []
    _output(case, [*lines, *finding.evidence])


def _case(suite: Element, report: Report, name: str, seconds: float) -> Element:
    about = {"name": name, "classname": report.tool.replace(" ", "."), "time": f"{seconds:.3f}"}
    return SubElement(suite, "testcase", about)


def _detail(case: Element, element: str, type_: str, message: str, lines: Iterable[str]) -> None:
    detail = SubElement(case, element, {"message": escape_unprintable(message), "type": type_})
    detail.text = escape_unprintable("\n".join(lines)) or None


def _output(case: Element, lines: list[str]) -> None:
    if lines:
        SubElement(case, "system-out").text = escape_unprintable("\n".join(lines))

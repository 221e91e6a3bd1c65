"""The report as JUnit XML, in the form that Jenkins and GitLab have a schema for: a test case for each check."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from registry_gitops.report.model import Outcome, Report, Result
from registry_gitops.report.writers.words import explanation, plain

_ELEMENTS: Final = {
    Outcome.FAILED: "failure",
    Outcome.ERROR: "error",
    Outcome.NOT_SUPPORTED: "skipped",
    Outcome.SKIPPED: "skipped",
}


def write(report: Report) -> str:
    """One test suite. What is not supported counts as skipped, as JUnit knows nothing between that and a failure."""
    elements = [_ELEMENTS.get(result.outcome) for result in report.results]
    counts = {
        "tests": str(len(report.results)),
        "failures": str(elements.count("failure")),
        "errors": str(elements.count("error")),
        "time": f"{report.seconds:.3f}",
    }
    suites = Element("testsuites", {"name": report.tool, **counts})
    # The schema has no time zone here.
    started = report.started.replace(microsecond=0, tzinfo=None).isoformat()
    about = {"name": plain(report.subject), "timestamp": started, "skipped": str(elements.count("skipped"))}
    suite = SubElement(suites, "testsuite", about | counts)
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", {"name": "version", "value": report.version})
    for line in report.left:
        SubElement(properties, "property", {"name": "left", "value": plain(line)})
    for result in report.results:
        _case(suite, report.tool, result)
    indent(suites)
    return f"""<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n"""


def _case(suite: Element, tool: str, result: Result) -> None:
    named = {"name": result.id, "classname": tool.replace(" ", "."), "time": f"{result.seconds:.3f}"}
    case = SubElement(suite, "testcase", named)
    element = _ELEMENTS.get(result.outcome)
    if element:
        message = plain(result.message or result.title)
        detail = SubElement(case, element, {"message": message, "type": result.outcome.value})
        detail.text = plain("\n".join((result.title, *explanation(result)))) if result.bad else None
    if result.evidence:
        SubElement(case, "system-out").text = plain("\n".join(result.evidence))

"""The report as SARIF 2.1.0, as GitHub code scanning accepts it: a rule for everything that was looked at."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from registry_gitops.findings import Finding, Location
from registry_gitops.report.report import CheckResult, Report, Requirement
from registry_gitops.report.writers.phrases import (
    escape_unprintable,
    message_at_key,
    other_findings,
    path_from_root,
    remedy_lines,
)

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def write_sarif(report: Report) -> str:
    """Return one run, with a result for each finding."""
    rules = [*map(_rule_of_check, report.checks), *_rules_of_findings(report)]
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    driver = {"name": report.tool, "version": report.version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes[finding.id]) for finding in report.findings],
    }
    return f"{json.dumps({'$schema': _SCHEMA, 'version': '2.1.0', 'runs': [run]}, indent=2)}\n"


def _rule_of_check(check: CheckResult) -> dict[str, Any]:
    level = "error" if check.requirement is Requirement.REQUIRED else "warning"
    return _rule(check.id, check.title, check.explanation or check.verifies or check.title, level)


def _rules_of_findings(report: Report) -> Iterator[dict[str, Any]]:
    """Yield a rule for each id that is of no check."""
    severities = {finding.id: finding.severity for finding in other_findings(report)}
    for id_, severity in severities.items():
        title = id_.replace("-", " ").capitalize()
        yield _rule(id_, title, title, severity.value)


def _rule(id_: str, title: str, help_: str, level: str) -> dict[str, Any]:
    return {
        "id": id_,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": help_},
        "defaultConfiguration": {"level": level},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    return {
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": escape_unprintable("\n".join((message_at_key(finding), *remedy_lines(finding))))},
        "locations": [place] if (place := _location(finding.location)) else [],
    } | ({"properties": {"evidence": list(finding.evidence)}} if finding.evidence else {})


def _location(location: Location) -> dict[str, Any]:
    place: dict[str, Any] = {}
    if location.file:
        # Code scanning wants a line: the first one stands for the whole file.
        region = {"startLine": location.line or 1, "startColumn": location.column}
        place["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(location.file)},
            "region": {name: value for name, value in region.items() if value is not None},
        }
    names = (("property", location.key), ("resource", location.object))
    logical = [{"fullyQualifiedName": name, "kind": kind} for kind, name in names if name]
    return place | ({"logicalLocations": logical} if logical else {})


def _uri(file: str) -> str:
    """Return a URI relative to the working directory, or a file URI: code scanning accepts both."""
    path = path_from_root(file)
    return f"{'file://' if path.startswith('/') else ''}{quote(os.fsencode(path))}"

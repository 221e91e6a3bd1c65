"""The report as JSON: the contract itself, docs/report.schema.json."""

from __future__ import annotations

from registry_gitops.report.report import Report


def write_json(report: Report) -> str:
    """Return one JSON object, indented."""
    return f"{report.to_json()}\n"

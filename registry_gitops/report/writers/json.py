"""The report as JSON: the contract itself, docs/report.schema.json."""

from __future__ import annotations

from registry_gitops.report.model import Report


def write(report: Report) -> str:
    """One JSON object, indented. Keys without a value are left out."""
    return f"{report.model_dump_json(indent=2, exclude_none=True)}\n"

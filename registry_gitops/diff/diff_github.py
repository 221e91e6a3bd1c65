"""What `diff` reports as workflow commands of GitHub Actions: annotations of the config files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from registry_gitops.deployment import locate_findings
from registry_gitops.diff.diff_report import DeploymentDiff, DiffReport
from registry_gitops.diff.diff_text import summarize_diff
from registry_gitops.diff.effect import Effect
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location, Severity
from registry_gitops.report import annotate, format_notice

_SEVERITIES: Final = {
    Effect.STOPS_PODS: Severity.WARNING,
    Effect.RECREATES_OBJECT: Severity.WARNING,
    Effect.REFUSED: Severity.ERROR,
    Effect.ORPHANS_DATA: Severity.ERROR,
    Effect.DELETES_DATA: Severity.ERROR,
}
"""The effects that are worth an annotation: GitHub shows ten of a step."""


def format_diff_github(report: DiffReport) -> str:
    """Return a line for each finding, for each change that interrupts or loses something, and for the counts."""
    lines = [line for deployment in report.deployments for line in _annotations(deployment)]
    notes = [f"{each.title}: {note}" for each in report.deployments for note in each.notes]
    heading = format_notice("registry-gitops diff", "\n".join((summarize_diff(report), *notes)))
    return "".join(f"{line}\n" for line in (*lines, heading))


def _annotations(deployment: DeploymentDiff) -> Iterator[str]:
    location = _locate_change(deployment)
    findings = [(finding, finding.id) for finding in (*deployment.problems, *deployment.findings)]
    findings += [
        (
            Finding(
                id=change.effect,
                message=f"{change.object}: {change.reason}",
                severity=_SEVERITIES[change.effect],
                location=location,
            ),
            f"{change.effect}: {change.action} {change.object.kind}",
        )
        for change in deployment.changes
        if change.effect in _SEVERITIES
    ]
    for finding, title in sorted(findings, key=lambda found: not found[0].is_error):
        yield annotate(finding, title)


def _locate_change(deployment: DeploymentDiff) -> Location:
    """Return where the first value stands that changes: in the config file, or in one that it extends."""
    release = (change for change in deployment.changes if change.object.kind == "HelmRelease")
    paths = (field.path for change in release for field in change.fields)
    key = next((path.removeprefix("spec.") for path in paths if path.startswith("spec.values.")), "")
    try:
        (found,) = locate_findings(deployment.config, [Finding(id="", message="", location=Location(key=key))])
    except InputError:  # The config file is gone.
        return Location(deployment.config)
    return replace(found.location, key="")

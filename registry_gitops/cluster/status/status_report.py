"""The report of a status, for the formats that every report has."""

from __future__ import annotations

from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.cluster.status.status_text import list_facts
from registry_gitops.findings import Finding
from registry_gitops.report import CheckResult, Outcome, Report
from registry_gitops.version import __version__


def build_status_report(status: Status) -> Report:
    """Return a report with the check `ready`, whose evidence is the facts, and with the causes as findings."""
    errors = "; ".join(cause.message for cause in status.findings if cause.is_error)
    ready = CheckResult(
        id="ready",
        title="The deployment is ready",
        outcome=Outcome.PASSED if status.ready else Outcome.FAILED,
        message="" if status.ready else errors or status.summary,
        evidence=tuple(f"{label}: {text}" for label, text in list_facts(status)),
    )
    # A report that did not pass has a finding.
    unknown = () if status.ready or status.findings else (Finding(id=ready.id, message=status.summary),)
    return Report(
        tool="registry-gitops status",
        version=__version__,
        subject=f"{status.namespace}/{status.name}",
        started=status.read_at,
        seconds=0,
        checks=(ready,),
        findings=(*status.findings, *unknown),
    )

"""The report of a status, for the formats that every report has."""

from __future__ import annotations

from datetime import datetime

from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.cluster.status.status_list import StatusList
from registry_gitops.cluster.status.status_text import list_facts
from registry_gitops.findings import Finding
from registry_gitops.report import CheckResult, Outcome, Report
from registry_gitops.version import __version__


def build_status_report(status: Status) -> Report:
    """Return a report with the check `ready`, whose evidence is the facts, and with the causes as findings."""
    check = _check(status, "ready", "The deployment is ready")
    return _report((status,), (check,), f"{status.namespace}/{status.name}", status.read_at)


def build_status_list_report(statuses: StatusList) -> Report:
    """Return a report with a check for each registry, ready/NAMESPACE/NAME, and with the causes of all as findings."""
    checks = [
        _check(status, f"ready/{status.namespace}/{status.name}", f"{status.namespace}/{status.name} is ready")
        for status in statuses.items
    ]
    if not checks:
        failed = Outcome.FAILED
        checks = [CheckResult(id="ready", title="A registry is deployed", outcome=failed, message=statuses.summary)]
    return _report(statuses.items, tuple(checks), f"the registries of {statuses.place}", statuses.read_at)


def _check(status: Status, id_: str, title: str) -> CheckResult:
    errors = "; ".join(cause.message for cause in status.findings if cause.is_error)
    return CheckResult(
        id=id_,
        title=title,
        outcome=Outcome.PASSED if status.ready else Outcome.FAILED,
        message="" if status.ready else errors or status.summary,
        evidence=tuple(f"{label}: {text}" for label, text in list_facts(status)),
    )


def _report(statuses: tuple[Status, ...], checks: tuple[CheckResult, ...], subject: str, started: datetime) -> Report:
    findings = tuple(cause for status in statuses for cause in status.findings)
    # A report that did not pass has a finding.
    explained = bool(findings) or not any(check.is_failure for check in checks)
    unknown = () if explained else (Finding(id=checks[0].id, message=checks[0].message),)
    return Report(
        tool="registry-gitops status",
        version=__version__,
        subject=subject,
        started=started,
        seconds=0,
        checks=checks,
        findings=(*findings, *unknown),
    )

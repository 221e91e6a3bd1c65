"""What a run without failures proves: that every promise was kept, or which promises it could not check."""

from __future__ import annotations

from typing import Final

from registry_gitops.report import CheckResult, Outcome, Report
from registry_gitops.smoke.check import Check
from registry_gitops.smoke.checks import CHECKS
from registry_gitops.smoke.expectations import Expectations

_NOT_PROMISED: Final = ("promises nothing of it", "compares them")
"""How the reason of a skipped promise ends if nothing was promised, or if another check compares it."""
_NOT_COMPARED: Final = "not compared: "


def describe_coverage(report: Report, expectations: Expectations) -> str:
    """Return in one sentence what is known of the promises after a run of a whole level; "" if a check failed."""
    if not report.passed:
        return ""
    source = expectations.source
    if not source:
        return "Not compared with what was intended: pass the config file of the registry, or --expect"
    unchecked = _unchecked(report)
    parts = [f"{', '.join(ids)} ({reason})" for reason, ids in unchecked.items()]
    if any(_is_promise(check) and check.id not in {result.id for result in report.checks} for check in CHECKS):
        parts.append("those that a higher --level checks")
    if not parts:
        return f"Nothing is wrong: every promise of {source} was checked"
    return f"Not every promise of {source} was checked: {'; '.join(parts)}"


def _is_promise(check: Check | CheckResult) -> bool:
    return check.id.startswith("promised-")


def _unchecked(report: Report) -> dict[str, list[str]]:
    """Return the ids of the promises that the run could not check, by the reason."""
    unchecked: dict[str, list[str]] = {}
    for result in report.checks:
        is_unchecked = result.outcome is Outcome.SKIPPED and not result.message.endswith(_NOT_PROMISED)
        if _is_promise(result) and is_unchecked:
            unchecked.setdefault(result.message.removeprefix(_NOT_COMPARED), []).append(result.id)
    return unchecked

"""A run: for each check its preconditions, the check, and a result; at the end, the cleanup."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from registry_gitops.findings import Finding, Severity
from registry_gitops.report import CheckResult, Outcome, Report, Requirement
from registry_gitops.smoke.check import Check
from registry_gitops.smoke.cleanup import PushRecord, clean_up, list_leftovers
from registry_gitops.smoke.client import Client, NoResponseError
from registry_gitops.smoke.context import Context, Options
from registry_gitops.smoke.diagnosis import remedy_for_no_response
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported, Skipped
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import ensure_preconditions
from registry_gitops.smoke.repository import Repository
from registry_gitops.smoke.restart import RestartImage
from registry_gitops.version import __version__

TOOL: Final = "registry-gitops smoke"


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run, after the cleanup. `report` has the results until then."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def checks_for_level(checks: Iterable[Check], level: Level) -> tuple[Check, ...]:
    """Return the checks that a level includes."""
    return tuple(check for check in checks if level.includes(check.level))


def _new_run_id() -> str:
    return secrets.token_hex(4)


def run_checks(
    client: Client,
    checks: Sequence[Check],
    *,
    options: Options | None = None,
    run_id: str = "",
    on_start: Callable[[Check], None] = lambda check: None,
) -> Report:
    """Run the checks in this order, clean up, and return the report. Calls `on_start` before each check.

    No response of the registry raises. Ctrl-C raises Interrupted, after the cleanup.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    push_record = PushRecord()
    context = Context(client, push_record, run_id or _new_run_id(), options or Options())
    results: list[CheckResult] = []
    findings: list[Finding] = []
    leftovers: tuple[str, ...] = ()
    interrupted = False
    try:
        for check in checks:
            on_start(check)
            result, finding = run_check(check, context)
            results.append(result)
            findings += [finding] if finding else []
    except KeyboardInterrupt:
        interrupted = True
    finally:
        try:
            leftovers = clean_up(client, push_record)
        except KeyboardInterrupt:
            interrupted, leftovers = True, list_leftovers(push_record)
    report = Report(
        tool=TOOL,
        version=__version__,
        subject=client.mask.mask_text(client.url),
        started=started,
        seconds=time.monotonic() - clock,
        checks=tuple(results),
        findings=tuple(findings),
        leftovers=tuple(map(client.mask.mask_text, leftovers)),
    )
    if interrupted:
        raise Interrupted(report)
    return report


def push_restart_image(client: Client, options: Options | None = None) -> RestartImage:
    """Push an image that a run after a restart of the registry checks and deletes: see `Options.restart`.

    Raises CheckFailed or NoResponseError, after the cleanup.
    """
    restart = RestartImage((options or Options()).repository, _new_run_id())
    push_record = PushRecord()
    try:
        Repository(client, push_record, restart.repository).push(restart.manifest, restart.tag)
    except BaseException:
        clean_up(client, push_record)
        raise
    return restart


def run_check(check: Check, context: Context) -> tuple[CheckResult, Finding | None]:
    """Run one check; return its result, and a finding if it failed. Only an internal error, or Ctrl-C, is raised."""
    evidence = context.client.evidence
    evidence.clear()
    clock = time.monotonic()
    outcome, message, remedy = _outcome(check, context)
    message = context.client.mask.mask_text(message)
    result = CheckResult(
        id=check.id,
        title=check.title,
        outcome=outcome,
        requirement=check.requirement,
        verifies=check.verifies,
        seconds=time.monotonic() - clock,
    )
    if not result.is_failure:
        return result.model_copy(update={"message": message, "evidence": evidence.lines}), None
    return result, Finding(
        id=check.id,
        message=message,
        severity=Severity.ERROR if check.requirement is Requirement.REQUIRED else Severity.WARNING,
        remedy=remedy or check.remedy,
        reference=check.spec,
        evidence=evidence.lines,
    )


def _outcome(check: Check, context: Context) -> tuple[Outcome, str, str]:
    try:
        context.check_id = check.id
        ensure_preconditions(context, check.needs)
        check.run(context)
    except CheckFailed as failed:
        return Outcome.FAILED, str(failed), failed.remedy
    except NotSupported as ended:
        return Outcome.NOT_SUPPORTED, str(ended), ""
    except Skipped as ended:
        return Outcome.SKIPPED, str(ended), ""
    except NoResponseError as problem:
        context.unresponsive_since = "" if _responds(context.client) else check.id
        return Outcome.ERROR, str(problem), remedy_for_no_response(problem, context.client.url)
    return Outcome.PASSED, "", ""


def _responds(client: Client) -> bool:
    try:
        client.request("GET", "/v2/")
    except NoResponseError:
        return False
    return True

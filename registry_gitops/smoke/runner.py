"""The beats of a run: for each check its needs, the check itself, and a result; at the end, cleaning up."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from registry_gitops.findings import Finding, Severity
from registry_gitops.report import CheckResult, Outcome, Report, Requirement
from registry_gitops.smoke.check import Check, CheckFailed, Level, NotSupported, Skipped
from registry_gitops.smoke.client import Client, NoAnswer
from registry_gitops.smoke.context import Context, Options
from registry_gitops.smoke.diagnosis import silence
from registry_gitops.smoke.ledger import Ledger, clean_up, left
from registry_gitops.smoke.repository import Repository
from registry_gitops.smoke.restart import Restart
from registry_gitops.version import __version__

TOOL: Final = "registry-gitops smoke"


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run: what was pushed is cleaned up, and `report` is what is known."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def chosen(checks: Iterable[Check], level: Level) -> tuple[Check, ...]:
    """The checks that belong to a level."""
    return tuple(check for check in checks if level.takes_in(check.level))


def new_run_id() -> str:
    """A name that no other run has."""
    return secrets.token_hex(4)


def run(
    client: Client,
    checks: Sequence[Check],
    *,
    options: Options | None = None,
    run_id: str = "",
    on_start: Callable[[Check], None] = lambda check: None,
    on_result: Callable[[CheckResult], None] = lambda result: None,
) -> Report:
    """Run the checks in their order, and clean up. `on_start` and `on_result` are told of each, for whoever watches.

    Raises nothing for what the registry does. Ctrl-C ends it with Interrupted, once what was pushed is cleaned up.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    ledger = Ledger()
    context = Context(client, ledger, run_id or new_run_id(), options or Options())
    results: list[CheckResult] = []
    findings: list[Finding] = []
    remains: tuple[str, ...] = ()
    interrupted = False
    try:
        for check in checks:
            on_start(check)
            result, finding = result_of(check, context)
            results.append(result)
            findings += [finding] if finding else []
            on_result(result)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        try:
            remains = clean_up(client, ledger)
        except KeyboardInterrupt:
            interrupted, remains = True, left(ledger)
    report = Report(
        tool=TOOL,
        version=__version__,
        subject=client.mask.text(client.url),
        started=started,
        seconds=time.monotonic() - clock,
        checks=tuple(results),
        findings=tuple(findings),
        leftovers=tuple(map(client.mask.text, remains)),
    )
    if interrupted:
        raise Interrupted(report)
    return report


def before_restart(client: Client, options: Options | None = None) -> Restart:
    """Push an image that a run after a restart of the registry looks for, and takes away: see `Options.restart`.

    Raises CheckFailed or NoAnswer where it cannot be pushed; what was pushed is cleaned up then.
    """
    restart = Restart((options or Options()).repository, new_run_id())
    ledger = Ledger()
    try:
        Repository(client, ledger, restart.repository).push(restart.image, restart.tag)
    except BaseException:
        clean_up(client, ledger)
        raise
    return restart


def result_of(check: Check, context: Context) -> tuple[CheckResult, Finding | None]:
    """Run one check: how it ended, and what is wrong, if anything. Only a mistake of ours, or Ctrl-C, is raised."""
    evidence = context.client.evidence
    evidence.clear()
    clock = time.monotonic()
    outcome, message, remedy = _outcome(check, context)
    message = context.client.mask.text(message)
    result = CheckResult(
        id=check.id,
        title=check.title,
        outcome=outcome,
        requirement=check.requirement,
        verifies=check.proves,
        seconds=time.monotonic() - clock,
    )
    if not result.is_failure:
        return result.model_copy(update={"message": message, "evidence": evidence.lines()}), None
    return result, Finding(
        id=check.id,
        message=message,
        severity=Severity.ERROR if check.requirement is Requirement.REQUIRED else Severity.WARNING,
        remedy=remedy or check.remedy,
        reference=check.spec,
        evidence=evidence.lines(),
    )


def _outcome(check: Check, context: Context) -> tuple[Outcome, str, str]:
    try:
        context.begin(check.id, check.needs)
        check.run(context)
    except CheckFailed as failed:
        return Outcome.FAILED, str(failed), failed.remedy
    except NotSupported as absent:
        return Outcome.NOT_SUPPORTED, str(absent), ""
    except Skipped as skipped:
        return Outcome.SKIPPED, str(skipped), ""
    except NoAnswer as silent:
        context.silent = "" if _answers(context.client) else check.id
        return Outcome.ERROR, str(silent), silence(silent, context.client.url)
    return Outcome.PASSED, "", ""


def _answers(client: Client) -> bool:
    try:
        client.ask("GET", "/v2/")
    except NoAnswer:
        return False
    return True

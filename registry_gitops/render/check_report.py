"""The report of a check: what `registry-gitops render -o` writes."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location, Severity
from registry_gitops.render.comparison import Action, Change, Plan
from registry_gitops.rules import DEPLOYMENT_RULES
from registry_gitops.version import __version__

if TYPE_CHECKING:
    from registry_gitops.report import CheckResult, Report

_STALE: Final = "stale-file"


def build_check_report(
    config: Path,
    findings: Iterable[Finding] | None,
    plan: Plan | None = None,
    *,
    allow: Collection[str] = (),
    switched_off: Mapping[str, str] | None = None,
    fail_on: Severity = Severity.ERROR,
    error: InputError | None = None,
    started: datetime | None = None,
) -> Report:
    """Return the report of what `check_deployment` returned for the config file `config`, or of the `error` of it.

    `findings` is None if no rule ran; `deployment.locate_findings` gives them their lines. With a `plan`, each file
    that differs is a finding. `switched_off` are the rules that the config file switches off, with their reasons;
    `fail_on` is the least severe finding that fails the check of its rule. `started` is when the run began, with its
    time zone; by default, now.
    """
    # Imported here, because most runs write no report: it takes 13 ms.
    from registry_gitops.report import Report

    now = datetime.now(UTC)
    started = started or now
    found = list(findings or ())
    if plan:
        found += find_stale_files(config, plan, allow=allow)
    if error:
        found += error.findings
    return Report(
        tool="registry-gitops render",
        version=__version__,
        subject=str(config),
        started=started,
        seconds=(now - started).total_seconds(),
        checks=tuple(_checks(found, plan, _skipped(allow, switched_off or {}, has_run=findings is not None), fail_on)),
        findings=tuple(finding.in_file(config) for finding in found),
    )


def find_stale_files(config: Path, plan: Plan, *, allow: Collection[str] = ()) -> Iterator[Finding]:
    """Yield each rendered file that differs from what the config file renders to."""
    command = _command(config, plan, allow)
    yield from (_stale_file(plan, change, command) for change in plan.pending)


def _command(config: Path, plan: Plan, allow: Collection[str]) -> str:
    directory = [] if plan.directory == config.parent else ["--output-dir", str(plan.directory)]
    rules = [word for rule in allow for word in ("--allow", rule)]
    return shlex.join(["registry-gitops", "render", str(config), *directory, *rules])


def _stale_file(plan: Plan, change: Change, command: str) -> Finding:
    message, remedy = {
        Action.CREATE: ("is missing", f"run `{command}`"),
        Action.DELETE: ("is no longer rendered", f"run `{command}`"),
        Action.EDITED: ("was edited after rendering", f"move the edit to the config file, or run `{command} --force`"),
        Action.UNOWNED: ("was not written by registry-gitops", "move it, or pass another --output-dir"),
    }.get(change.action, ("differs from the config file", f"run `{command}`"))
    return Finding(id=_STALE, message=message, location=Location(str(plan.directory / change.path)), remedy=remedy)


def _skipped(allow: Collection[str], switched_off: Mapping[str, str], *, has_run: bool) -> dict[str, str]:
    """Return the ids of the rules that were skipped, each with the reason."""
    if not has_run:
        return {rule.id: "no rule ran, because of an error" for rule in DEPLOYMENT_RULES}
    off = {rule: f"off in the config file{reason and ': '}{reason}" for rule, reason in switched_off.items()}
    return off | {rule: f"allowed by --allow {rule}" for rule in allow}


def _checks(
    found: list[Finding], plan: Plan | None, skipped: Mapping[str, str], fail_on: Severity
) -> Iterator[CheckResult]:
    from registry_gitops.report import CheckResult, Outcome, Requirement

    failed = {finding.id for finding in found if finding.is_error or fail_on is Severity.WARNING}
    for rule in DEPLOYMENT_RULES:
        outcome = Outcome.FAILED if rule.id in failed else Outcome.PASSED
        if rule.id in skipped:
            outcome = Outcome.SKIPPED
        requirement = Requirement.REQUIRED if rule.severity is Severity.ERROR else Requirement.RECOMMENDED
        reason = skipped.get(rule.id, "")
        yield CheckResult(id=rule.id, title=rule.title, outcome=outcome, requirement=requirement, message=reason)
    if plan:
        outcome = Outcome.FAILED if plan.pending else Outcome.PASSED
        yield CheckResult(id=_STALE, title="The rendered files are up to date", outcome=outcome)

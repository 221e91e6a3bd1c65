"""The report of a check: what `registry-gitops render -o` writes."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location, Severity
from registry_gitops.render.comparison import Action, Change, Plan
from registry_gitops.render.config_files import ConfigResult
from registry_gitops.rules import DEPLOYMENT_RULES
from registry_gitops.version import __version__

if TYPE_CHECKING:
    from registry_gitops.report import CheckResult, Report

_STALE: Final = "stale-file"


def build_check_report(
    results: Sequence[ConfigResult],
    *,
    compare: bool = False,
    allow: Collection[str] = (),
    fail_on: Severity = Severity.ERROR,
    error: InputError | None = None,
    started: datetime | None = None,
) -> Report:
    """Return the report of what `compare_configs` returned, and of the `error` of `write_plans`.

    With `compare`, each file that differs is a finding. `fail_on` is the least severe finding that fails the check of
    its rule. `started` is when the run began, with its time zone; by default, now.
    """
    # Imported here, because most runs write no report: it takes 13 ms.
    from registry_gitops.report import Report

    now = datetime.now(UTC)
    started = started or now
    # Config files that extend one have the same problems in it.
    found = dict.fromkeys(finding for result in results for finding in _findings(result, allow, compare=compare))
    found |= dict.fromkeys(error.findings if error else ())
    return Report(
        tool="registry-gitops render",
        version=__version__,
        subject=_subject(results),
        started=started,
        seconds=(now - started).total_seconds(),
        checks=tuple(_checks(found, results, _skipped(allow, results), fail_on, compare=compare)),
        findings=tuple(found),
    )


def _subject(results: Sequence[ConfigResult]) -> str:
    configs = {result.config for result in results}
    return str(*configs) if len(configs) == 1 else f"{len(configs)} config files"


def _findings(result: ConfigResult, allow: Collection[str], *, compare: bool) -> Iterator[Finding]:
    yield from (finding.in_file(result.config) for finding in result.findings or ())
    if compare:
        yield from find_stale_files(result, allow=allow)
    yield from (finding.in_file(result.config) for finding in result.problems)


def find_stale_files(result: ConfigResult, *, allow: Collection[str] = ()) -> Iterator[Finding]:
    """Yield each rendered file that differs from what the config file renders to."""
    plan = result.plan
    if plan is not None:
        command = _command(result, plan, allow)
        yield from (_stale_file(plan, change, command) for change in plan.pending)


def _command(result: ConfigResult, plan: Plan, allow: Collection[str]) -> str:
    directory = [] if plan.directory == result.directory else ["--output-dir", str(plan.directory)]
    rules = [word for rule in allow for word in ("--allow", rule)]
    return shlex.join(["registry-gitops", "render", str(result.config), *directory, *rules])


def _stale_file(plan: Plan, change: Change, command: str) -> Finding:
    message, remedy = {
        Action.CREATE: ("is missing", f"run `{command}`"),
        Action.DELETE: ("is no longer rendered", f"run `{command}`"),
        Action.EDITED: ("was edited after rendering", f"move the edit to the config file, or run `{command} --force`"),
        Action.UNOWNED: ("was not written by registry-gitops", "move it, or pass another --output-dir"),
    }.get(change.action, ("differs from the config file", f"run `{command}`"))
    return Finding(id=_STALE, message=message, location=Location(str(plan.path_of(change))), remedy=remedy)


def _skipped(allow: Collection[str], results: Sequence[ConfigResult]) -> dict[str, str]:
    """Return the ids of the rules that were skipped for each config file, each with the reason."""
    run = [result for result in results if result.findings is not None]
    if not run:
        return {rule.id: "no rule ran, because of an error" for rule in DEPLOYMENT_RULES}
    everywhere = set.intersection(*(set(result.switched_off) for result in run))
    reasons = {rule: run[0].switched_off[rule] for rule in everywhere}
    off = {rule: f"off in the config file{reason and ': '}{reason}" for rule, reason in reasons.items()}
    return off | {rule: f"allowed by --allow {rule}" for rule in allow}


def _checks(
    found: Iterable[Finding],
    results: Sequence[ConfigResult],
    skipped: Mapping[str, str],
    fail_on: Severity,
    *,
    compare: bool,
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
    plans = [result.plan for result in results if result.plan]
    if compare and plans:
        outcome = Outcome.FAILED if any(plan.pending for plan in plans) else Outcome.PASSED
        yield CheckResult(id=_STALE, title="The rendered files are up to date", outcome=outcome)

"""The report contract: what was looked at, what was found, and what to do about it. Schema: docs/report.schema.json."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from registry_gitops.findings import Finding
from registry_gitops.report.contract import ContractModel


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    """What it looks at is as it should be."""

    FAILED = "failed"
    """It is not: a finding with the id of the check says what was seen instead."""

    NOT_SUPPORTED = "not supported"
    """It is optional, and not there. No failure."""

    SKIPPED = "skipped"
    """Nothing was looked at; `message` says why."""

    ERROR = "error"
    """The check could not come to an end, so nothing is known: a finding with the id of the check says why."""


class Requirement(StrEnum):
    """How strictly what a check looks at is asked for."""

    REQUIRED = "required"
    """Clients break without it."""

    RECOMMENDED = "recommended"
    """Clients get by without it, more slowly or with fewer features."""


class CheckResult(ContractModel):
    """How one check ended."""

    id: str
    """Name of the check, the same in every version."""

    title: str
    """What the check looks at, in a few words."""

    outcome: Outcome
    """How it ended."""

    requirement: Requirement = Requirement.REQUIRED
    """How strictly it is asked for."""

    verifies: str = ""
    """What is known once the check has passed, in one sentence."""

    explanation: str = ""
    """Why it matters, and an example, for a check that failed."""

    seconds: float = 0.0
    """How long it took."""

    message: str = ""
    """Why it was skipped, or is not supported; or why it failed, if no finding has its id."""

    evidence: tuple[str, ...] = ()
    """Requests and responses of a check without a finding, a line each, without credentials."""

    @property
    def is_failure(self) -> bool:
        """Whether the check failed, or ended in an error."""
        return self.outcome in (Outcome.FAILED, Outcome.ERROR)


@dataclass(frozen=True)
class Reason:
    """One reason why checks tell nothing of the subject."""

    outcome: Outcome
    """NOT_SUPPORTED or SKIPPED."""

    message: str
    """The reason, as each of the checks has it."""

    checks: tuple[CheckResult, ...]
    """The checks, in the order of the run."""


class Report(ContractModel):
    """Everything that one run found."""

    api_version: Literal["registry-gitops/report/v2"] = "registry-gitops/report/v2"
    """Version of this contract. Keys may be added within a version; none changes its meaning."""

    tool: str
    """Program and command that wrote the report."""

    version: str
    """Version of the program."""

    subject: str
    """What was looked at: a URL without user and password, a config file, or a deployment."""

    level: str = ""
    """How many checks the run was to carry out, for a command with levels: read, smoke, or full."""

    user: str = ""
    """User that the run logged in as."""

    config: str = ""
    """Config file that the subject was compared with."""

    revision: str = ""
    """Git commit of the config file, with `-dirty` if the file differs from it; else sha256:DIGEST of the file."""

    command: str = ""
    """Command that carries out the failed checks again, or all of them if none failed."""

    started: datetime
    """When the run began, with its time zone."""

    seconds: float
    """How long the run took."""

    checks: tuple[CheckResult, ...] = ()
    """Everything that was looked at, in the order of the run."""

    findings: tuple[Finding, ...] = ()
    """What is wrong, in the order of the run."""

    leftovers: tuple[str, ...] = ()
    """What the run pushed and could not delete, a line each."""

    leftover_summary: str = ""
    """How many of what kind the leftovers are, and their bytes, in one line."""

    notes: tuple[str, ...] = ()
    """What the reader has to know of the run: how much was looked at, and what could not be; a sentence each."""

    @property
    def passed(self) -> bool:
        """Whether no check failed or ended in an error, and no finding is an error."""
        return not any(check.is_failure for check in self.checks) and not any(each.is_error for each in self.findings)

    def counts(self) -> dict[Outcome, int]:
        """Return how many checks have each outcome; outcomes that none has are left out."""
        found = Counter(check.outcome for check in self.checks)
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    def reasons(self) -> tuple[Reason, ...]:
        """Return why checks were skipped or are not supported, each reason once, that of most checks first."""
        groups: dict[tuple[Outcome, str], list[CheckResult]] = {}
        for check in self.checks:
            if check.outcome in (Outcome.NOT_SUPPORTED, Outcome.SKIPPED):
                groups.setdefault((check.outcome, check.message), []).append(check)
        reasons = (Reason(outcome, message, tuple(checks)) for (outcome, message), checks in groups.items())
        return tuple(sorted(reasons, key=lambda reason: -len(reason.checks)))

    def failure_behind(self, reason: Reason) -> str:
        """Return the id of the failed check that a reason ends with, as in `see upload-monolithic`, or ""."""
        last = reason.message.rpartition(" ")[2]
        return next((check.id for check in self.checks if check.id == last and check.is_failure), "")

    def findings_of(self, check: CheckResult) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(finding for finding in self.findings if finding.id == check.id)

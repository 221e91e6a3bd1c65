"""The report contract: what was looked at, what was found, and what to do about it. Schema: docs/report.schema.json."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict

from registry_gitops.model import Model


class _Part(Model):
    """A part of a report: as JSON has no times and no tuples, they are read from text and lists."""

    model_config = ConfigDict(strict=False, extra="ignore")


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    """What it looks at is as it should be."""

    FAILED = "failed"
    """It is not, and `message` says what was seen instead."""

    NOT_SUPPORTED = "not supported"
    """It is optional, and not there. No failure."""

    SKIPPED = "skipped"
    """Nothing was looked at; `message` says why."""

    ERROR = "error"
    """The check could not come to an end, so nothing is known."""


class Severity(StrEnum):
    """How strictly what a check looks at is asked for."""

    MUST = "must"
    """Clients break without it."""

    SHOULD = "should"
    """Clients get by without it, more slowly or with fewer features."""


class Place(_Part):
    """Where in a file something was found."""

    file: str
    """Path of the file, as it was given."""

    line: int | None = None
    """Line, from 1."""

    column: int | None = None
    """Column, from 1."""

    def __str__(self) -> str:
        """Format as compilers do: file:line:column."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class Result(_Part):
    """What one check came to."""

    id: str
    """Name of the check, the same in every version."""

    title: str
    """What the check looks at, in a few words."""

    outcome: Outcome
    """How it ended."""

    severity: Severity = Severity.MUST
    """How strictly it is asked for."""

    message: str = ""
    """What was seen, in one sentence. Empty where there is nothing to add to the outcome."""

    proves: str = ""
    """What is known once the check has passed, in one sentence."""

    remedy: str = ""
    """What to change when it fails: the value of the chart, where there is one."""

    reference: str = ""
    """Section of the specification, or the known pitfall, that asks for it."""

    seconds: float = 0.0
    """How long it took."""

    evidence: tuple[str, ...] = ()
    """Requests and responses, a line each, without secrets."""

    place: Place | None = None
    """Where it was found, for what was found in a file."""

    @property
    def bad(self) -> bool:
        """Whether this result is a reason not to go on."""
        return self.outcome in (Outcome.FAILED, Outcome.ERROR)


class Report(_Part):
    """Everything that one run found."""

    api_version: Literal["registry-gitops/report/v1"] = "registry-gitops/report/v1"
    """Version of this contract. Keys may be added within a version; none changes its meaning."""

    tool: str
    """Program and command that wrote the report."""

    version: str
    """Version of the program."""

    subject: str
    """What was looked at: a URL, without user and password."""

    started: datetime
    """When the run began, with its time zone."""

    seconds: float
    """How long the run took."""

    results: tuple[Result, ...]
    """The results, in the order of the run."""

    left: tuple[str, ...] = ()
    """What the run pushed and could not remove, a line each."""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong: no check failed, and none ended in an error."""
        return not any(result.bad for result in self.results)

    def counts(self) -> dict[Outcome, int]:
        """How many results have each outcome; outcomes that none has are left out."""
        found = Counter(result.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

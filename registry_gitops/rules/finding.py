"""Rules, and their results: findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.errors import InputError, Problem
from registry_gitops.masking import mask
from registry_gitops.rules.output_directory import OutputDirectory


class Severity(StrEnum):
    """An error stops the rendering; a warning is reported."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One result of a rule: the rule's `id`, the key that it is about (values.auth...), and what to do."""

    id: str
    severity: Severity
    key: str
    message: str

    def __post_init__(self) -> None:
        """Mask what the user wrote: a rule may quote it."""
        object.__setattr__(self, "key", mask(self.key))
        object.__setattr__(self, "message", mask(self.message))

    def __str__(self) -> str:
        """Return one line for a person."""
        return f"{self.severity}: {self.key}: {self.message} [{self.id}]"


@dataclass(frozen=True)
class Findings:
    """The findings of one deployment, in the order of the rules; false if there are none."""

    found: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop the rendering."""
        return tuple(finding for finding in self.found if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that do not stop it."""
        return tuple(finding for finding in self.found if finding.severity is Severity.WARNING)


class FindingsError(InputError):
    """Rules found errors that were not allowed: `findings` holds them, and the warnings. Nothing was written."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        super().__init__(Problem(f"{error.message} [{error.id}]", path=error.key) for error in findings.errors)


Check = Callable[[RegistryDeployment, OutputDirectory], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class Rule:
    """A check with its id; the check is pure, and yields (key, message) for each thing that it finds."""

    id: str
    severity: Severity
    check: Check

    @property
    def summary(self) -> str:
        """The first line of the check's docstring."""
        return (self.check.__doc__ or "").splitlines()[0]

    def __call__(self, deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[Finding]:
        """Yield the findings of the rule."""
        for key, message in self.check(deployment, directory):
            yield Finding(self.id, self.severity, key, message)

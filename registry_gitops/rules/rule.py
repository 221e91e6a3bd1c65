"""A rule: what it looks for, and the error for what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location, Severity
from registry_gitops.rules.output_directory import OutputDirectory

Search = Callable[[RegistryDeployment, OutputDirectory], Iterator[tuple[str, str]]]
"""A pure function that yields (key, message) for each thing that is wrong."""


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a valid deployment."""

    id: str
    title: str
    """What is so if nothing is found."""
    severity: Severity
    search: Search

    @property
    def summary(self) -> str:
        """The first line of the docstring: what is wrong."""
        return (self.search.__doc__ or "").splitlines()[0]

    def __call__(self, deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[Finding]:
        """Yield the findings of the rule."""
        for key, message in self.search(deployment, directory):
            yield Finding(id=self.id, message=message, severity=self.severity, location=Location(key=key))


class FindingsError(InputError):
    """Rules found errors that were not allowed: `findings` holds them, and the warnings. Nothing was written."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(findings)
        self.args = ("\n".join(f"{finding} [{finding.id}]" for finding in self.findings if finding.is_error),)

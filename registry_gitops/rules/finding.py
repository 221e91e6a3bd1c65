"""What a rule has to say of a deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from registry_gitops.deployment import RegistryDeployment


class Severity(StrEnum):
    """How grave a finding is: an error stops the rendering, a warning is said."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One finding: the rule's `id`, the key that it is about (values.auth...), and what to do."""

    id: str
    severity: Severity
    path: str
    message: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.severity}: {self.path}: {self.message} [{self.id}]"


Check = Callable[[RegistryDeployment], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class Rule:
    """A check with its name; the check yields (path, message) for each thing that it finds."""

    id: str
    severity: Severity
    check: Check

    @property
    def summary(self) -> str:
        """The first line of the check's docstring."""
        return (self.check.__doc__ or "").splitlines()[0]

    def __call__(self, deployment: RegistryDeployment) -> Iterator[Finding]:
        """What the rule finds in `deployment`."""
        for path, message in self.check(deployment):
            yield Finding(self.id, self.severity, path, message)

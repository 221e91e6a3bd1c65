"""A finding: one thing that is wrong, where it is, and what to change. Every command reports this one shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from registry_gitops.masking import mask


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """It stops the command, or keeps a registry or a deployment from working."""

    WARNING = "warning"
    """It stops nothing."""


@dataclass(frozen=True)
class Location:
    """Where something was found: in a file, at a key of a config file, at an object of a cluster, or a mix of these."""

    file: str | None = None
    """Path of the file, as it was given."""

    line: int | None = None
    """Line, from 1."""

    column: int | None = None
    """Column, from 1."""

    key: str = ""
    """Key of the config file, such as values.persistence.size."""

    object: str = ""
    """Object of the cluster: Kind/name, or Kind/namespace/name."""

    def __post_init__(self) -> None:
        """Mask what the user wrote: a password may stand where a key or a file was meant."""
        for name in ("file", "key", "object"):
            value = getattr(self, name)
            if value:
                object.__setattr__(self, name, mask(value))

    @property
    def position(self) -> str:
        """The position in the file: file:line:column."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        """Format as compilers do: file:line:column, then the key or the object."""
        return ": ".join(filter(None, (self.position, self.key, self.object)))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, without credentials."""

    id: str
    """Name of what found it: of a rule, a check, a cause, or a kind of wrong input. The same in every version."""

    message: str
    """What is wrong, in one sentence."""

    severity: Severity = Severity.ERROR
    """How much it matters."""

    location: Location = Location()
    """Where it is, if it is in one place."""

    remedy: str = ""
    """What to change."""

    reference: str = ""
    """Section of the specification, or the known pitfall, that asks for it."""

    evidence: tuple[str, ...] = ()
    """What was seen, a line each: requests and responses, or the words of the cluster."""

    def __post_init__(self) -> None:
        """Mask what a user, a server, or the cluster wrote."""
        object.__setattr__(self, "message", mask(self.message))
        object.__setattr__(self, "remedy", mask(self.remedy))
        object.__setattr__(self, "evidence", tuple(map(mask, self.evidence)))

    @property
    def is_error(self) -> bool:
        """Whether the severity is error."""
        return self.severity is Severity.ERROR

    def in_file(self, file: object) -> Finding:
        """Return the finding with `file`, unless it names a file."""
        return replace(self, location=replace(self.location, file=self.location.file or str(file)))

    def __str__(self) -> str:
        """Format as compilers do: file:line:column: key: message."""
        return ": ".join(filter(None, (str(self.location), self.message)))

    @property
    def headline(self) -> str:
        """The finding on one line: file:line:column: severity: key: message [id]."""
        at = self.location
        return ": ".join(filter(None, (at.position, self.severity, at.key, at.object, f"{self.message} [{self.id}]")))

"""What a run looked at, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry_gitops.findings import Finding


@dataclass
class Examination:
    """What a run looked at, and what it found."""

    findings: tuple[Finding, ...] = ()
    files: int = 0
    objects: int = 0
    config_files: int = 0
    """How many of the files are config files of ours: registry.yaml."""
    unknown_kinds: dict[str, int] = field(default_factory=dict)
    """Kinds without a schema -> how many objects have it."""
    remarks: tuple[str, ...] = ()
    """What could not be looked at, and why: a sentence each, without a period."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How much was looked at, and what could not be: a sentence each, without a period."""
        unknown = ", ".join(f"{kind} ({count})" for kind, count in sorted(self.unknown_kinds.items()))
        looked_at = f"{count_of(self.files, 'file')} with {count_of(self.objects, 'object')}"
        compared = [f"without a schema, and so not compared with one: {unknown}"] if unknown else []
        return (looked_at, *compared, *self.remarks)


def count_of(count: int, noun: str) -> str:
    """Return a number with its noun: 1 file, 2 files."""
    return f"{count} {noun}{'' if count == 1 else 's'}"

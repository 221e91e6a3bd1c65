"""Errors for input that cannot be used. The command line is the only place that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from registry_gitops.findings import Finding, Location


class InputError(Exception):
    """Input that cannot be used: a config file, an option, or an output directory. Nothing was written."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))

    @classmethod
    def single(
        cls,
        message: str,
        file: object = None,
        line: int | None = None,
        column: int | None = None,
        *,
        key: str = "",
        finding_id: str = "invalid-input",
    ) -> InputError:
        """Return the error with a single finding."""
        location = Location(None if file is None else str(file), line, column, key)
        return cls([Finding(id=finding_id, message=message, location=location)])

    def in_file(self, file: object) -> InputError:
        """Return the error with `file` in each finding that names no file."""
        return InputError(finding.in_file(file) for finding in self.findings)

    def with_keys(self, names: Mapping[str, str]) -> InputError:
        """Return the error with each key as `names` has it, for example the option of a key: name -> --name."""
        return InputError(
            replace(each, location=replace(each.location, key=names.get(each.location.key, each.location.key)))
            for each in self.findings
        )


class EditedError(InputError):
    """Rendered files that somebody edited: they are kept. Nothing was written."""

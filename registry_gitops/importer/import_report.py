"""What became of every key of the input: the report of an import, as one versioned JSON contract."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Literal

from registry_gitops.report import ContractModel


class Fate(StrEnum):
    """What became of a key."""

    DECISION = "decision"
    """It is not in the config file: a person must decide."""

    TRANSLATED = "translated"
    """It is in the config file under another key, or as another value."""

    KEPT = "kept"
    """It is in the config file as it was, or its file stays as it is."""

    DROPPED = "dropped"
    """It is not in the config file, because it has no effect there."""


class KeyOutcome(ContractModel):
    """What became of one key of the input."""

    file: str
    """Path of the file."""

    line: int
    """Line of the key, from 1."""

    column: int
    """Column of the key, from 1."""

    key: str = ""
    """Path of the key in its document, such as spec.values.persistence.size; absent for the whole document."""

    fate: Fate
    """What became of it."""

    to: tuple[str, ...] = ()
    """Keys of the config file that have it now."""

    note: str = ""
    """How it was translated, why it has no effect, or what is to be decided."""

    options: tuple[str, ...] = ()
    """Ways to decide; empty unless the fate is a decision."""

    keys: tuple[str, ...] = ()
    """Every single key that the outcome covers, with indexes of lists; empty if that is `key` alone."""


class ImportReport(ContractModel):
    """The result of an import."""

    api_version: Literal["registry-gitops/import/v1"] = "registry-gitops/import/v1"
    """Version of this format."""

    form: str
    """What the input is, such as `HelmRelease of the community chart`."""

    config: str
    """Path of the config file that was written."""

    files: tuple[str, ...] = ()
    """Every file that was written."""

    outcomes: tuple[KeyOutcome, ...] = ()
    """One entry for each key of the input, in the order of the files."""

    differences: tuple[str, ...] = ()
    """What the new deployment does in another way although no key of the input says so."""

    steps: tuple[str, ...] = ()
    """Commands to run next, in order; a line that begins with # explains the next one, or what the last one shows."""

    rollback: tuple[str, ...] = ()
    """Commands that go back to the old registry after these steps, if the new one does not work."""

    @property
    def counts(self) -> Counter[Fate]:
        """How many outcomes there are of each fate."""
        return Counter(outcome.fate for outcome in self.outcomes)

    @property
    def decisions(self) -> tuple[KeyOutcome, ...]:
        """The keys that need a decision."""
        return tuple(outcome for outcome in self.outcomes if outcome.fate is Fate.DECISION)

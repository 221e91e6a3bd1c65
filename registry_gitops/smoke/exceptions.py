"""How a check ends if it does not pass: an exception whose message is a sentence."""

from __future__ import annotations

from registry_gitops.smoke.remedy import Remedy


class CheckEnded(Exception):
    """A check ended without passing."""


class CheckFailed(CheckEnded):
    """The registry does not do what the check verifies.

    `remedy` replaces the remedy of the check if the response tells more than the check knows.
    """

    def __init__(self, message: str, remedy: str | Remedy = "") -> None:
        super().__init__(message)
        self.remedy = Remedy(remedy) if isinstance(remedy, str) else remedy


class NotSupported(CheckEnded):
    """The registry lacks an optional feature."""


class Skipped(CheckEnded):
    """Nothing was checked, for this reason."""

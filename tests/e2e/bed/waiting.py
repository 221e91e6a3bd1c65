"""Waiting for a program to be ready, and giving up with a reason."""

from __future__ import annotations

import time
from collections.abc import Callable

BETWEEN = 0.05
"""Seconds between two looks."""

SECONDS = 60
"""How long anything in a bed may take."""


class BedProblem(Exception):
    """The bed cannot be had; the message says why, in a sentence and perhaps some lines of a log."""


def wait_until(what: str, is_so: Callable[[], bool], check: Callable[[], None]) -> None:
    """Return once `is_so` says yes. Raises BedProblem when that takes too long, and what `check` raises meanwhile."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        check()
        if time.monotonic() > deadline:
            raise BedProblem(f"{what}: not within {SECONDS} s.")
        time.sleep(BETWEEN)

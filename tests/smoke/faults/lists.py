"""Faults of lists that lack entries."""

from __future__ import annotations

from tests.smoke.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()

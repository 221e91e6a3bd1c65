"""Faults of doors that are open or closed."""

from __future__ import annotations

from tests.smoke.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()

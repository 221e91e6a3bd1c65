"""Faults of filters in front."""

from __future__ import annotations

from tests.smoke.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()

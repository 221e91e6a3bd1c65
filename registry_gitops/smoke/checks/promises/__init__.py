"""Checks of promises: each compares what was promised of the registry with what is seen of it.

Without promises, all are skipped for one reason. Each id begins with `promised-`.
"""

from __future__ import annotations

from registry_gitops.smoke.check import Check
from registry_gitops.smoke.checks.promises import addresses, encryption, permissions, visible_settings

CHECKS: tuple[Check, ...] = (
    *permissions.CHECKS,
    *encryption.CHECKS,
    *addresses.CHECKS,
    *visible_settings.CHECKS,
)

"""Checks of doors: which endpoints let in whom."""

from __future__ import annotations

from registry_gitops.smoke.check import Check

CHECKS: tuple[Check, ...] = ()

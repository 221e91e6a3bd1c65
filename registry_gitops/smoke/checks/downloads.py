"""Checks of downloads: whole, unchanged, and of a known length."""

from __future__ import annotations

from registry_gitops.smoke.check import Check

CHECKS: tuple[Check, ...] = ()

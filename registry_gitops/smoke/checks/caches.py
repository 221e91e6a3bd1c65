"""Checks of caches in front of the registry: who is asked, and what has changed since."""

from __future__ import annotations

from registry_gitops.smoke.check import Check

CHECKS: tuple[Check, ...] = ()

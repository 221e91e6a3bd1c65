"""Checks of promises: what the description says of the registry."""

from __future__ import annotations

from registry_gitops.smoke.check import Check

CHECKS: tuple[Check, ...] = ()

"""Checks of headers that are lost or changed on the way."""

from __future__ import annotations

from registry_gitops.smoke.check import Check

CHECKS: tuple[Check, ...] = ()

"""Checks of filters in front of the registry: on clients, methods, names, and bodies."""

from __future__ import annotations

from registry_gitops.smoke.check import Check

CHECKS: tuple[Check, ...] = ()

"""Checks of contents: what each client pushes besides images."""

from __future__ import annotations

from registry_gitops.smoke.check import Check

CHECKS: tuple[Check, ...] = ()

"""Checks of mirrors: what containerd, CRI-O, and Docker request from one."""

from __future__ import annotations

from registry_gitops.smoke.check import Check

CHECKS: tuple[Check, ...] = ()

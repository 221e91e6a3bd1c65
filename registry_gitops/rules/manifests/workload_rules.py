"""What breaks registries that run as plain Deployments, and Pods in general."""

from __future__ import annotations

from typing import Final

from registry_gitops.rules.rule import Rule

WORKLOAD_RULES: Final[tuple[Rule, ...]] = ()

"""What breaks registries that run as plain Deployments, and Pods in general."""

from __future__ import annotations

from typing import Final

from registry_gitops.findings import Severity
from registry_gitops.rules.manifests import workloads
from registry_gitops.rules.rule import Rule

WORKLOAD_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "image-gone",
        "Every node can pull the image",
        Severity.WARNING,
        manifest=workloads.find_gone_images,
        kinds=workloads.WORKLOADS,
    ),
)
"""The rules about Pods and registries that look at manifests only; table.py has those for deployments too."""

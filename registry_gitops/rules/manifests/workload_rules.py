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
    Rule(
        "registry-start",
        "The registry starts with its settings",
        Severity.ERROR,
        repository=workloads.find_start_failures,
    ),
    Rule(
        "storage-drivers",
        "The registry has one storage driver",
        Severity.ERROR,
        repository=workloads.find_second_drivers,
    ),
    Rule(
        "config-path",
        "The registry reads the config.yml that is mounted",
        Severity.ERROR,
        repository=workloads.find_unread_configs,
    ),
    Rule(
        "service-links",
        "No Service changes the settings of the registry",
        Severity.ERROR,
        repository=workloads.find_harmful_services,
    ),
)
"""The rules about Pods and registries that look at manifests only; table.py has those for deployments too."""

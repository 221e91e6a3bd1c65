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
        kinds=workloads.GONE_IMAGE_KINDS,
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
    Rule(
        "failing-probe", "The probes of the registry succeed", Severity.ERROR, repository=workloads.find_failing_probes
    ),
    Rule(
        "htpasswd-hash",
        "The registry can verify the passwords of its users",
        Severity.ERROR,
        repository=workloads.find_unusable_hashes,
    ),
    Rule(
        "htpasswd-file",
        "The registry has the file with its users",
        Severity.ERROR,
        repository=workloads.find_missing_users,
    ),
    Rule(
        "htpasswd-sub-path",
        "Changed users take effect without a restart",
        Severity.WARNING,
        repository=workloads.find_stale_users,
    ),
    Rule(
        "replicas-without-shared-storage",
        "All Pods of the registry have the same images",
        Severity.ERROR,
        repository=workloads.find_separate_replicas,
    ),
    Rule(
        "replicas-without-http-secret",
        "A push can use several Pods of the registry",
        Severity.ERROR,
        repository=workloads.find_separate_secrets,
    ),
    Rule(
        "replicas-with-own-caches",
        "All Pods of the registry notice a deletion",
        Severity.WARNING,
        repository=workloads.find_separate_caches,
    ),
    Rule(
        "drain-timeout",
        "The registry has the time to end its uploads",
        Severity.WARNING,
        repository=workloads.find_short_grace_periods,
    ),
    Rule(
        "collection-while-serving",
        "Garbage collection deletes no layer of a push",
        Severity.WARNING,
        repository=workloads.find_unsafe_collections,
    ),
    Rule(
        "ignored-setting",
        "The registry knows all keys of its config.yml",
        Severity.WARNING,
        repository=workloads.find_ignored_settings,
    ),
)
"""The rules about Pods and registries that look at manifests only; table.py has those for deployments too."""

"""Rules for manifests: one file per area, with its part of the table. Plain data, no model."""

from registry_gitops.rules.manifests.admission import (
    MISSING_UNIT_KINDS,
    NODE_PORT_KINDS,
    find_missing_units,
    find_node_ports,
    find_refusals,
)
from registry_gitops.rules.manifests.admission_rules import ADMISSION_RULES
from registry_gitops.rules.manifests.chart_rules import CHART_RULES
from registry_gitops.rules.manifests.flux import PATCHING_KINDS, find_broken_patches
from registry_gitops.rules.manifests.flux_rules import FLUX_RULES
from registry_gitops.rules.manifests.reference_rules import REFERENCE_RULES
from registry_gitops.rules.manifests.schema_rules import SCHEMA_RULES
from registry_gitops.rules.manifests.text_rules import TEXT_RULES
from registry_gitops.rules.manifests.workload_rules import WORKLOAD_RULES
from registry_gitops.rules.manifests.workloads import (
    FLOATING_TAG_KINDS,
    OUTDATED_KINDS,
    PLAINTEXT_KINDS,
    RELEASE_KINDS,
    UNPUBLISHED_CHART_KINDS,
    WORKLOADS,
    find_body_limits,
    find_bucket_subdomains,
    find_committed_secrets,
    find_endless_caches,
    find_fleeting_releases,
    find_floating_tags,
    find_generated_secrets,
    find_ignored_values,
    find_internal_buckets,
    find_lost_images,
    find_missing_api_paths,
    find_open_debug_servers,
    find_open_deletion,
    find_open_registries,
    find_open_releases,
    find_other_hosts,
    find_outdated_registries,
    find_plain_backends,
    find_plain_logins,
    find_unpublished_charts,
    find_waiting_rollouts,
)

MANIFEST_RULES = (
    *TEXT_RULES,
    *SCHEMA_RULES,
    *ADMISSION_RULES,
    *REFERENCE_RULES,
    *CHART_RULES,
    *FLUX_RULES,
    *WORKLOAD_RULES,
)
"""The rules that look at manifests only."""

__all__ = [
    "FLOATING_TAG_KINDS",
    "MANIFEST_RULES",
    "MISSING_UNIT_KINDS",
    "NODE_PORT_KINDS",
    "OUTDATED_KINDS",
    "PATCHING_KINDS",
    "PLAINTEXT_KINDS",
    "RELEASE_KINDS",
    "UNPUBLISHED_CHART_KINDS",
    "WORKLOADS",
    "find_body_limits",
    "find_broken_patches",
    "find_bucket_subdomains",
    "find_committed_secrets",
    "find_endless_caches",
    "find_fleeting_releases",
    "find_floating_tags",
    "find_generated_secrets",
    "find_ignored_values",
    "find_internal_buckets",
    "find_lost_images",
    "find_missing_api_paths",
    "find_missing_units",
    "find_node_ports",
    "find_open_debug_servers",
    "find_open_deletion",
    "find_open_registries",
    "find_open_releases",
    "find_other_hosts",
    "find_outdated_registries",
    "find_plain_backends",
    "find_plain_logins",
    "find_refusals",
    "find_unpublished_charts",
    "find_waiting_rollouts",
]

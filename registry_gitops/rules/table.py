"""All rules: those for deployments, of which some look at manifests too, and those for manifests only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from registry_gitops.rules.deployment_rules import DEPLOYMENT_RULES
from registry_gitops.rules.manifests import (
    FLOATING_TAG_KINDS,
    MANIFEST_RULES,
    MISSING_UNIT_KINDS,
    NODE_PORT_KINDS,
    OUTDATED_KINDS,
    PATCHING_KINDS,
    PLAINTEXT_KINDS,
    RELEASE_KINDS,
    UNPUBLISHED_CHART_KINDS,
    find_body_limits,
    find_broken_patches,
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
    find_missing_units,
    find_node_ports,
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

IN_MANIFESTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "plaintext-password": {
        "manifest": find_committed_secrets,
        "kinds": PLAINTEXT_KINDS,
        "repository": find_generated_secrets,
    },
    "chart-not-published": {"manifest": find_unpublished_charts, "kinds": UNPUBLISHED_CHART_KINDS},
    "patch-content": {"manifest": find_broken_patches, "kinds": PATCHING_KINDS},
    "bucket-path": {"repository": find_bucket_subdomains},
    "exposed-without-login": {
        "manifest": find_open_releases,
        "kinds": RELEASE_KINDS,
        "repository": find_open_registries,
    },
    "open-deletion": {"repository": find_open_deletion},
    "login-without-tls": {"repository": find_plain_logins},
    "outdated-registry": {"manifest": find_outdated_registries, "kinds": OUTDATED_KINDS},
    "floating-tag": {"manifest": find_floating_tags, "kinds": FLOATING_TAG_KINDS},
    "images-lost-with-pod": {
        "manifest": find_fleeting_releases,
        "kinds": RELEASE_KINDS,
        "repository": find_lost_images,
    },
    "single-node-rollout": {"repository": find_waiting_rollouts},
    "internal-bucket": {"repository": find_internal_buckets},
    "cache-never-expires": {"repository": find_endless_caches},
    "debug-server": {"repository": find_open_debug_servers},
    "advertised-host": {"repository": find_other_hosts},
    "api-path": {"repository": find_missing_api_paths},
    "backend-tls": {"repository": find_plain_backends},
    "missing-unit": {"manifest": find_missing_units, "kinds": MISSING_UNIT_KINDS},
    "body-size": {"repository": find_body_limits},
    "unused-values": {"manifest": find_ignored_values, "kinds": RELEASE_KINDS},
    "node-port-range": {"manifest": find_node_ports, "kinds": NODE_PORT_KINDS},
}
"""Id of a rule for deployments -> its searches in manifests, as the fields of Rule."""

RULES: Final = (*(replace(rule, **IN_MANIFESTS.get(rule.id, {})) for rule in DEPLOYMENT_RULES), *MANIFEST_RULES)

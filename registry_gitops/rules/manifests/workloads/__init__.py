"""What breaks registries that run as plain Deployments, and Pods in general: one topic per file."""

from registry_gitops.rules.manifests.workloads.bucket_settings import find_bucket_subdomains, find_internal_buckets
from registry_gitops.rules.manifests.workloads.cache_expiry import find_endless_caches
from registry_gitops.rules.manifests.workloads.committed_secrets import (
    PLAINTEXT_KINDS,
    find_committed_secrets,
    find_generated_secrets,
)
from registry_gitops.rules.manifests.workloads.community_charts import (
    RELEASE_KINDS,
    UNPUBLISHED_CHART_KINDS,
    find_ignored_values,
    find_unpublished_charts,
)
from registry_gitops.rules.manifests.workloads.community_releases import find_fleeting_releases, find_open_releases
from registry_gitops.rules.manifests.workloads.config_paths import find_unread_configs
from registry_gitops.rules.manifests.workloads.debug_servers import find_open_debug_servers
from registry_gitops.rules.manifests.workloads.failing_probes import find_failing_probes
from registry_gitops.rules.manifests.workloads.floating_tags import FLOATING_TAG_KINDS, find_floating_tags
from registry_gitops.rules.manifests.workloads.garbage_collectors import find_unsafe_collections
from registry_gitops.rules.manifests.workloads.gone_images import GONE_IMAGE_KINDS, find_gone_images
from registry_gitops.rules.manifests.workloads.htpasswd_files import (
    find_missing_users,
    find_stale_users,
    find_unusable_hashes,
)
from registry_gitops.rules.manifests.workloads.ignored_settings import find_ignored_settings
from registry_gitops.rules.manifests.workloads.ingress_limits import (
    find_body_limits,
    find_missing_api_paths,
    find_other_hosts,
    find_plain_backends,
)
from registry_gitops.rules.manifests.workloads.outdated_registries import OUTDATED_KINDS, find_outdated_registries
from registry_gitops.rules.manifests.workloads.plain_exposure import (
    find_open_deletion,
    find_open_registries,
    find_plain_logins,
)
from registry_gitops.rules.manifests.workloads.pods import WORKLOADS
from registry_gitops.rules.manifests.workloads.service_links import find_harmful_services
from registry_gitops.rules.manifests.workloads.shutdowns import find_short_grace_periods
from registry_gitops.rules.manifests.workloads.start_failures import find_second_drivers, find_start_failures
from registry_gitops.rules.manifests.workloads.stored_images import (
    find_lost_images,
    find_separate_caches,
    find_separate_replicas,
    find_separate_secrets,
    find_waiting_rollouts,
)

__all__ = [
    "FLOATING_TAG_KINDS",
    "GONE_IMAGE_KINDS",
    "OUTDATED_KINDS",
    "PLAINTEXT_KINDS",
    "RELEASE_KINDS",
    "UNPUBLISHED_CHART_KINDS",
    "WORKLOADS",
    "find_body_limits",
    "find_bucket_subdomains",
    "find_committed_secrets",
    "find_endless_caches",
    "find_failing_probes",
    "find_fleeting_releases",
    "find_floating_tags",
    "find_generated_secrets",
    "find_gone_images",
    "find_harmful_services",
    "find_ignored_settings",
    "find_ignored_values",
    "find_internal_buckets",
    "find_lost_images",
    "find_missing_api_paths",
    "find_missing_users",
    "find_open_debug_servers",
    "find_open_deletion",
    "find_open_registries",
    "find_open_releases",
    "find_other_hosts",
    "find_outdated_registries",
    "find_plain_backends",
    "find_plain_logins",
    "find_second_drivers",
    "find_separate_caches",
    "find_separate_replicas",
    "find_separate_secrets",
    "find_short_grace_periods",
    "find_stale_users",
    "find_start_failures",
    "find_unpublished_charts",
    "find_unread_configs",
    "find_unsafe_collections",
    "find_unusable_hashes",
    "find_waiting_rollouts",
]

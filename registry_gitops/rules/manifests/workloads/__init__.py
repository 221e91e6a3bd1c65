"""What breaks registries that run as plain Deployments, and Pods in general: one search per file."""

from registry_gitops.rules.manifests.workloads.config_paths import find_unread_configs
from registry_gitops.rules.manifests.workloads.floating_tags import FLOATING_TAG_KINDS, find_floating_tags
from registry_gitops.rules.manifests.workloads.gone_images import find_gone_images
from registry_gitops.rules.manifests.workloads.outdated_registries import find_outdated_registries
from registry_gitops.rules.manifests.workloads.pods import WORKLOADS
from registry_gitops.rules.manifests.workloads.service_links import find_harmful_services
from registry_gitops.rules.manifests.workloads.start_failures import find_second_drivers, find_start_failures

__all__ = [
    "FLOATING_TAG_KINDS",
    "WORKLOADS",
    "find_floating_tags",
    "find_gone_images",
    "find_harmful_services",
    "find_outdated_registries",
    "find_second_drivers",
    "find_start_failures",
    "find_unread_configs",
]

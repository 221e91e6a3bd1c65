"""What breaks registries that run as plain Deployments, and Pods in general: one search per file."""

from registry_gitops.rules.manifests.workloads.floating_tags import FLOATING_TAG_KINDS, find_floating_tags
from registry_gitops.rules.manifests.workloads.gone_images import find_gone_images
from registry_gitops.rules.manifests.workloads.outdated_registries import find_outdated_registries
from registry_gitops.rules.manifests.workloads.pods import WORKLOADS

__all__ = [
    "FLOATING_TAG_KINDS",
    "WORKLOADS",
    "find_floating_tags",
    "find_gone_images",
    "find_outdated_registries",
]

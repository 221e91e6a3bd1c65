"""Searches for what objects name and the repository does not have, and for what reaches the cluster twice or never."""

from registry_gitops.rules.manifests.references.blocked_references import blocked_reference
from registry_gitops.rules.manifests.references.dependency_cycles import dependency_cycle
from registry_gitops.rules.manifests.references.duplicate_objects import duplicate_object
from registry_gitops.rules.manifests.references.flux_paths import applied_twice, missing_path
from registry_gitops.rules.manifests.references.hashed_names import hashed_name
from registry_gitops.rules.manifests.references.kustomization_entries import missing_entry, unlisted_file
from registry_gitops.rules.manifests.references.lookups import FLUX_KUSTOMIZATION, HELM_RELEASE
from registry_gitops.rules.manifests.references.missing_config import CONFIG_USERS, missing_config
from registry_gitops.rules.manifests.references.missing_objects import KINDS, missing_dependency, missing_reference

__all__ = [
    "CONFIG_USERS",
    "FLUX_KUSTOMIZATION",
    "HELM_RELEASE",
    "KINDS",
    "applied_twice",
    "blocked_reference",
    "dependency_cycle",
    "duplicate_object",
    "hashed_name",
    "missing_config",
    "missing_dependency",
    "missing_entry",
    "missing_path",
    "missing_reference",
    "unlisted_file",
]

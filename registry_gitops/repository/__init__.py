"""What a run looks at as a whole: all objects by kind and name, and which kustomization brings them to the cluster."""

from registry_gitops.repository.flux_kustomization import FluxKustomization
from registry_gitops.repository.flux_repository import FluxRepository, file_of
from registry_gitops.repository.generated_artifact import ARTIFACT_GENERATOR, find_copies
from registry_gitops.repository.kustomization_file import Entry, KustomizationFile, has_kustomization
from registry_gitops.repository.kustomize_graph import Applier, KustomizeGraph
from registry_gitops.repository.patch import Patch, changed_paths, parse_pointer
from registry_gitops.repository.scope import find_root, find_scope

__all__ = [
    "ARTIFACT_GENERATOR",
    "Applier",
    "Entry",
    "FluxKustomization",
    "FluxRepository",
    "KustomizationFile",
    "KustomizeGraph",
    "Patch",
    "changed_paths",
    "file_of",
    "find_copies",
    "find_root",
    "find_scope",
    "has_kustomization",
    "parse_pointer",
]

"""What a run looks at as a whole: all objects by kind and name, and how they name each other."""

from registry_gitops.repository.flux_repository import FluxRepository

__all__ = ["FluxRepository"]

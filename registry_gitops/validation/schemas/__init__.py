"""Compare objects with the schemas of their kinds: those that we carry, and those that a run brings along."""

from registry_gitops.validation.schemas.kind_schema import KindSchema
from registry_gitops.validation.schemas.schema_checks import SchemaChecks
from registry_gitops.validation.schemas.schema_store import SchemaStore

__all__ = ["KindSchema", "SchemaChecks", "SchemaStore"]

"""What the API server refuses though the OpenAPI schema accepts it: one file per topic, and one walk for all rules."""

from registry_gitops.rules.manifests.admission.search import FIELD_RULES, find_refusals

__all__ = ["FIELD_RULES", "find_refusals"]

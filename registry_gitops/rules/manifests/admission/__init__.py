"""What the API server refuses though the OpenAPI schema accepts it: one file per topic, and one walk for all rules."""

from registry_gitops.rules.manifests.admission.search import (
    FIELD_RULES,
    MISSING_UNIT_KINDS,
    NODE_PORT_KINDS,
    find_missing_units,
    find_node_ports,
    find_refusals,
)

__all__ = [
    "FIELD_RULES",
    "MISSING_UNIT_KINDS",
    "NODE_PORT_KINDS",
    "find_missing_units",
    "find_node_ports",
    "find_refusals",
]

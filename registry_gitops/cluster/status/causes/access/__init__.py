"""The way of clients to the registry: Service, Ingress, Gateway, and certificates."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.access import certificates, gateways, service_routes
from registry_gitops.cluster.status.causes.access.service_routes import selects_no_pod
from registry_gitops.cluster.status.causes.cause import FindCause

CAUSES: Final[tuple[FindCause, ...]] = (
    *service_routes.CAUSES,
    *gateways.CAUSES,
    *certificates.CAUSES,
)
"""What does not lead to the registry."""

__all__ = [
    "CAUSES",
    "selects_no_pod",
]

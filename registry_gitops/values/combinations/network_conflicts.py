"""How clients reach the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_network_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what Kubernetes or the controller of the Ingress would refuse."""
    ingress = values.ingress
    if ingress.enabled and ingress.tls and not ingress.hostname and not ingress.extra_tls:
        yield conflict_error("tls-host")

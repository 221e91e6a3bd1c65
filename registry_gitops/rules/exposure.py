"""How clients outside the cluster reach the registry, for the rules about that."""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts

_GUARD: Final = re.compile(
    r"auth-|auth\.|oauth|oidc|whitelist|allowlist|source-range|inbound-cidrs|router\.middlewares|internal",
    re.IGNORECASE,
)
"""In an annotation: the controller or the load balancer decides who reaches the registry."""

_LOAD_BALANCER_TLS: Final = re.compile(r"ssl-cert|tls-secret|certificate", re.IGNORECASE)


class Exposure:
    """Where clients outside the cluster come in, and what is in front of the registry."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        facts = DeploymentFacts(deployment)
        values, endpoints = deployment.values, facts.endpoints
        has_own_address = endpoints.is_node_port or endpoints.is_load_balancer
        self.facts: Final = facts
        self.key: Final = "values.service.type" if has_own_address else "values.ingress.enabled"
        """Key of the values that exposes the registry."""
        self.way: Final = f"a Service of type {values.service.type}" if has_own_address else "its Ingress"
        annotations = values.service.annotations if has_own_address else values.ingress.annotations
        has_ranges = endpoints.is_load_balancer and bool(values.service.load_balancer_source_ranges)
        self.is_guarded: Final = has_ranges or any(_GUARD.search(f"{key}={annotations[key]}") for key in annotations)
        """Whether something else can restrict who reaches it: source ranges, or an annotation."""
        self.has_load_balancer_tls: Final = endpoints.is_load_balancer and any(
            map(_LOAD_BALANCER_TLS.search, annotations)
        )
        """Whether the load balancer can end TLS, by an annotation."""

    @property
    def _can_get_login(self) -> bool:
        """Whether `release.valuesFrom` can enable a login."""
        sources = self.facts.deployment.release.values_from or ()
        return any(not source.target_path or "auth" in source.target_path for source in sources)

    @property
    def is_open(self) -> bool:
        """Whether everyone who reaches the registry can use it."""
        return self.facts.endpoints.is_open_to_all and not self.is_guarded and not self._can_get_login

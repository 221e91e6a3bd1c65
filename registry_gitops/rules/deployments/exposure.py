"""How clients outside the cluster reach the registry, for the rules about that."""

from __future__ import annotations

from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.guards import can_end_tls, is_guarded


class Exposure:
    """Where clients outside the cluster come in, and what is in front of the registry."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        facts = DeploymentFacts.of(deployment)
        values, endpoints = deployment.values, facts.endpoints
        self.facts: Final = facts
        self.key, self.way, self.tls_remedy = _way(facts)
        """Key of the values that exposes the registry, its words, and what to set for TLS."""
        annotations = {
            "values.ingress.enabled": values.ingress.annotations,
            "values.httpRoute.enabled": values.http_route.annotations,
        }.get(self.key, values.service.annotations)
        has_ranges = endpoints.is_load_balancer and bool(values.service.load_balancer_source_ranges)
        self.is_guarded: Final = has_ranges or is_guarded(annotations)
        """Whether something else can restrict who reaches it: source ranges, or an annotation."""
        self.has_load_balancer_tls: Final = endpoints.is_load_balancer and can_end_tls(annotations)
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


def _way(facts: DeploymentFacts) -> tuple[str, str, str]:
    """Return the key that exposes the registry, what it is, and what to set for TLS: of several, the most open one."""
    values, endpoints, in_pod = facts.deployment.values, facts.endpoints, "tls.enabled to true"
    if endpoints.is_node_port or endpoints.is_load_balancer:
        return "values.service.type", f"a Service of type {values.service.type}", in_pod
    if endpoints.is_on_host_network:
        return "values.hostNetwork", "the network of its node", in_pod
    if endpoints.external_ips:
        return "values.service.externalIPs", "the external addresses of its Service", in_pod
    if values.http_route.enabled and not values.ingress.enabled:
        return "values.httpRoute.enabled", "its HTTPRoute", "httpRoute.parentRefs to a listener with TLS"
    return "values.ingress.enabled", "its Ingress", "ingress.tls to true"

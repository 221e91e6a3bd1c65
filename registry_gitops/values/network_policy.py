"""Which connections to and from the Pods are allowed: NetworkPolicy (networking.k8s.io/v1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from registry_gitops.model import AddressRange, ListOf, Model, Port, RuleErrors, has_value, rule_error
from registry_gitops.values.scheduling import LabelSelector


class IPBlock(Model):
    """A range of addresses. Upstream: IPBlock (networking.k8s.io/v1)."""

    cidr: AddressRange
    """The range, such as 10.0.0.0/8."""

    except_: Annotated[ListOf[AddressRange], Field(alias="except")] = ()
    """Ranges inside it that are left out."""


class NetworkPeer(Model):
    """Pods, or addresses. Upstream: NetworkPolicyPeer (networking.k8s.io/v1)."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"anyOf": [has_value("podSelector"), has_value("namespaceSelector"), has_value("ipBlock")]},
                {"not": {"allOf": [has_value("ipBlock"), has_value("podSelector")]}},
                {"not": {"allOf": [has_value("ipBlock"), has_value("namespaceSelector")]}},
            ]
        }
    )

    pod_selector: LabelSelector | None = None
    """Labels of the Pods; {} is all. Without `namespaceSelector`: of this namespace."""

    namespace_selector: LabelSelector | None = None
    """Labels of the namespaces of the Pods; {} is all."""

    ip_block: IPBlock | None = None
    """Addresses outside the cluster, instead of the selectors."""

    def _rule_errors(self) -> RuleErrors:
        selectors = (self.pod_selector, self.namespace_selector)
        if self.ip_block and any(selector is not None for selector in selectors):
            yield rule_error("network_peer", "ipBlock cannot be combined with selectors: write two entries", "ipBlock")
        if self.ip_block is None and all(selector is None for selector in selectors):
            yield rule_error("network_peer", "give podSelector, namespaceSelector, or ipBlock")


class NetworkPort(Model):
    """Ports of a connection. Upstream: NetworkPolicyPort (networking.k8s.io/v1)."""

    protocol: Literal["TCP", "UDP", "SCTP"] | None = None
    """Protocol. Default: TCP."""

    port: Port | str | None = None
    """Number, or name of a container's port; none is all ports."""

    end_port: Port | None = None
    """Last port of a range that begins with `port`."""


class EgressRule(Model):
    """Connections that the Pods can open. Upstream: NetworkPolicyEgressRule (networking.k8s.io/v1)."""

    to: ListOf[NetworkPeer] = ()
    """Servers; none is all."""

    ports: ListOf[NetworkPort] = ()
    """Ports; none is all."""


class NetworkAccess(Model):
    """A NetworkPolicy: who can connect to the registry, and to what it can connect. The network must enforce it."""

    enabled: bool = False
    """Whether the policy is rendered. Clients then reach the ports of the Service only, and those of the metrics."""

    ingress_from: ListOf[NetworkPeer] = ()
    """Clients of the API, such as the Ingress controller; none is everyone. Probes and `helm test` are
    always allowed."""

    metrics_from: ListOf[NetworkPeer] = ()
    """Clients of the metrics, such as the namespace of Prometheus; none is everyone."""

    egress: ListOf[EgressRule] = ()
    """Servers that the registry needs: object storage, Redis, another registry. Without a rule, it can connect to
    everything; with one, only to these, and to DNS."""

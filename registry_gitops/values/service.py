"""How clients inside the cluster reach the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from registry_gitops.model import (
    EMPTY,
    AddressRange,
    Annotations,
    ClusterIP,
    DNSLabel,
    IPAddress,
    LabelKey,
    Labels,
    ListOf,
    Model,
    OptionalIPAddress,
    OptionalLabelKey,
    Port,
    PortReference,
    default_section,
)

_NO_HTTPS: Final = (
    "the registry has one port, write tls.enabled at the top level of the values for TLS in the registry itself, or "
    "ingress.tls for TLS in front of it"
)
_NO_METRICS: Final = "metrics have a Service of their own, write metrics.enabled and metrics.port"
_OTHER_PORTS: Final = {"https": _NO_HTTPS, "tls": _NO_HTTPS, "metrics": _NO_METRICS, "debug": _NO_METRICS}
"""Ports that other charts have in the Service of the registry."""


class ServicePorts(Model):
    """Ports of the Service."""

    http: Port = 5000
    """Port of the Service for the registry's API. Upstream: ServicePort.port (core/v1)."""

    instead: ClassVar[Mapping[str, str]] = _OTHER_PORTS


class ServiceNodePorts(Model):
    """Ports on every node, for the types NodePort and LoadBalancer."""

    http: Port | None = None
    """Port on each node, by default one of 30000 to 32767; if none, Kubernetes chooses it. Upstream:
    ServicePort.nodePort (core/v1)."""

    instead: ClassVar[Mapping[str, str]] = _OTHER_PORTS


class ExtraPort(Model):
    """A port of the Service for another container of the Pod. Upstream: ServicePort (core/v1)."""

    name: DNSLabel
    """Name of the port."""

    port: Port
    """Port of the Service."""

    target_port: PortReference | None = None
    """Port of the container, by number or name. Default: `port`."""

    protocol: Literal["TCP", "UDP", "SCTP"] | None = None
    """Protocol of the port. Default: TCP."""

    node_port: Port | None = None
    """Port on each node, for the types NodePort and LoadBalancer; if none, Kubernetes chooses it."""

    app_protocol: LabelKey | None = None
    """Protocol of the application, for proxies in front, such as https or kubernetes.io/h2c."""


class Service(Model):
    """How clients inside the cluster reach the registry: the Service in front of its Pods."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = "ClusterIP"
    """Whether clients outside the cluster reach the Service, and how. Upstream: ServiceSpec.type (core/v1)."""

    ports: ServicePorts = default_section(ServicePorts)
    node_ports: ServiceNodePorts = default_section(ServiceNodePorts)

    extra_ports: ListOf[ExtraPort] = ()
    """More ports, for other containers of the Pod."""

    cluster_ip: Annotated[ClusterIP, Field(alias="clusterIP")] = ""
    """Fixed address; if "", Kubernetes chooses it; "None" is a headless Service. Upstream: ServiceSpec.clusterIP."""

    load_balancer_ip: Annotated[OptionalIPAddress, Field(alias="loadBalancerIP")] = ""
    """Address of the load balancer, if its implementation reads this field; many read annotations instead. Upstream:
    ServiceSpec.loadBalancerIP."""

    load_balancer_class: OptionalLabelKey = ""
    """Implementation of the load balancer; "" is the cluster's default. It cannot change while the type is
    LoadBalancer. Upstream: ServiceSpec.loadBalancerClass."""

    load_balancer_source_ranges: ListOf[AddressRange] = ()
    """Ranges of client addresses that the load balancer admits; none admits all. Upstream:
    ServiceSpec.loadBalancerSourceRanges."""

    external_traffic_policy: Literal["", "Cluster", "Local"] = ""
    """Local keeps the addresses of clients outside the cluster, and uses the Pods of the node that they reach. Default:
    Cluster. Upstream: ServiceSpec.externalTrafficPolicy."""

    session_affinity: Literal["", "None", "ClientIP"] = ""
    """ClientIP sends each client to one Pod. Default: None. Upstream: ServiceSpec.sessionAffinity."""

    external_ips: Annotated[ListOf[IPAddress], Field(alias="externalIPs")] = ()
    """Addresses whose traffic the nodes accept for the Service; they must lead to a node. Upstream:
    ServiceSpec.externalIPs."""

    ip_family_policy: Literal["", "SingleStack", "PreferDualStack", "RequireDualStack"] = ""
    """Whether the Service has an address of each IP family. Default: SingleStack. Upstream:
    ServiceSpec.ipFamilyPolicy."""

    ip_families: Annotated[ListOf[Literal["IPv4", "IPv6"]], Field(max_length=2)] = ()
    """IP families of the Service, the first one for `clusterIP`; it cannot change. Default: the cluster's. Upstream:
    ServiceSpec.ipFamilies."""

    annotations: Annotations = EMPTY
    """Annotations of the Service, such as those of a cloud's load balancer."""

    labels: Labels = EMPTY
    """Labels of the Service."""

    instead: ClassVar[Mapping[str, str]] = {
        "port": "write ports.http",
        "externalPort": "write ports.http",
        "internalPort": "the container listens on 5000, leave it out",
        "targetPort": "the container listens on 5000, leave it out",
        "nodePort": "write nodePorts.http",
        "name": "the port is called http, and the Service has the full name of the release, write fullnameOverride",
        "enabled": "the chart needs its Service, leave it out",
        "main": "write its keys directly below service",
        "sessionAffinityConfig": "the chart sets no timeout for sessionAffinity, leave it out",
        "portName": "the port is called http, leave it out",
        "httpsPort": _NO_HTTPS,
        "tls": _NO_HTTPS,
    }
    other_types: ClassVar[Mapping[str, str]] = {
        "ports": "must be a mapping of keys to values: write ports.http, and more ports in extraPorts",
        "nodePorts": "must be a mapping of keys to values: write nodePorts.http",
    }

"""How clients inside the cluster reach the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from registry_gitops.model import EMPTY, Annotations, Model, Port, Text, default_section


class ServicePorts(Model):
    """Ports of the Service."""

    http: Port = 5000
    """Port of the Service for the registry's API. Upstream: ServicePort.port (core/v1)."""


class ServiceNodePorts(Model):
    """Ports on every node, for the types NodePort and LoadBalancer."""

    http: Port | None = None
    """Port on each node; if none, Kubernetes chooses it. Upstream: ServicePort.nodePort (core/v1)."""


class Service(Model):
    """How clients inside the cluster reach the registry: the Service in front of its Pods."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = "ClusterIP"
    """Whether clients outside the cluster reach the Service, and how. Upstream: ServiceSpec.type (core/v1)."""

    ports: ServicePorts = default_section(ServicePorts)
    node_ports: ServiceNodePorts = default_section(ServiceNodePorts)

    cluster_ip: Annotated[
        str,
        Text("an IP address", r"None|[0-9a-fA-F:.]+", 'write an IPv4 or IPv6 address, or "None"', 45, empty=True),
        Field(alias="clusterIP"),
    ] = ""
    """Fixed address; if "", Kubernetes chooses it; "None" is a headless Service. Upstream: ServiceSpec.clusterIP."""

    annotations: Annotations = EMPTY
    """Annotations of the Service, such as those of a cloud's load balancer."""

    instead: ClassVar[Mapping[str, str]] = {
        "port": "write ports.http",
        "externalPort": "write ports.http",
        "internalPort": "the container listens on 5000, leave it out",
        "targetPort": "the container listens on 5000, leave it out",
        "nodePort": "write nodePorts.http",
        "name": "the port is called http, and the Service has the full name of the release, write fullnameOverride",
        "enabled": "the chart needs its Service, leave it out",
        "main": "write its keys directly below service",
        "portName": "the port is called http, leave it out",
    }
    other_types: ClassVar[Mapping[str, str]] = {
        "ports": "must be a mapping of keys to values: write ports.http, and more ports in extraPorts",
        "nodePorts": "must be a mapping of keys to values: write nodePorts.http",
    }

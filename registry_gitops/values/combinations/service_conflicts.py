"""What the API server refuses in a Service, or ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error
from registry_gitops.values.service import Service

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_service_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield keys that do not belong to the type of the Service, and ports that collide."""
    service = values.service
    yield from _types(service)
    if service.cluster_ip == "None":
        yield from _headless(service)
    yield from _families(service)
    yield from _ports(service)


def _types(service: Service) -> RuleErrors:
    """Yield keys that the type of the Service does not have."""
    of_load_balancer = {
        "loadBalancerIP": service.load_balancer_ip,
        "loadBalancerClass": service.load_balancer_class,
        "loadBalancerSourceRanges": service.load_balancer_source_ranges,
    }
    for key, value in of_load_balancer.items():
        if value and service.type != "LoadBalancer":
            yield conflict_error("service-type", key=key, type=service.type, types="LoadBalancer")
    if service.type != "ClusterIP":
        return
    types = "NodePort or LoadBalancer"
    if service.external_traffic_policy and not service.external_ips:
        yield conflict_error("service-type", key="externalTrafficPolicy", type=service.type, types=types)
    if service.node_ports.http is not None:
        yield conflict_error("service-type", key="nodePorts.http", type=service.type, types=types)
    for index, port in enumerate(service.extra_ports):
        if port.node_port is not None:
            yield conflict_error("service-type", key=f"extraPorts.{index}.nodePort", type=service.type, types=types)


def _headless(service: Service) -> RuleErrors:
    if service.type != "ClusterIP":
        yield conflict_error("service-headless-type")
    if service.external_ips:
        yield conflict_error("service-headless", key="externalIPs")
    if service.session_affinity == "ClientIP":
        yield conflict_error("service-headless", key="sessionAffinity")


def _families(service: Service) -> RuleErrors:
    families = service.ip_families
    if not families:
        return
    if len(families) == 2 and families[0] == families[1]:
        yield conflict_error("service-families-twice", family=families[0])
    elif len(families) == 2 and service.ip_family_policy in ("", "SingleStack"):
        yield conflict_error("service-families")
    address = service.cluster_ip
    if address not in ("", "None") and (":" in address) != (families[0] == "IPv6"):
        yield conflict_error("service-address-family", family=families[0])


def _ports(service: Service) -> RuleErrors:
    names, numbers = {"http"}, {("TCP", service.ports.http)}
    node_ports = {("TCP", service.node_ports.http)}
    for index, port in enumerate(service.extra_ports):
        protocol = port.protocol or "TCP"
        if port.name in names:
            yield conflict_error("port-name", index=index, name=port.name)
        if (protocol, port.port) in numbers:
            yield conflict_error("port-number", index=index, port=port.port)
        if port.node_port is not None and (protocol, port.node_port) in node_ports:
            yield conflict_error("node-port", index=index, port=port.node_port)
        names.add(port.name)
        numbers.add((protocol, port.port))
        node_ports.add((protocol, port.node_port))

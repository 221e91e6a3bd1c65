"""Services, Ingresses, and NetworkPolicies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import FieldRule
from registry_gitops.rules.manifests.admission.pod_containers import mappings
from registry_gitops.rules.manifests.admission.syntax import dns_subdomain, is_open

_IPV4: Final = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}")


def _is_address(text: str) -> bool:
    if ":" not in text:
        return bool(_IPV4.fullmatch(text))
    import ipaddress  # Imported here, because few repositories have IPv6.

    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


def _address(value: Any) -> Iterable[Problem]:
    if isinstance(value, str) and value not in ("", "None") and not _is_address(value) and not is_open(value):
        yield Problem((), "this is no IP address", "write an IPv4 or IPv6 address")


def _range(value: Any) -> Iterable[Problem]:
    if not isinstance(value, str) or is_open(value):
        return
    address, slash, bits = value.strip().partition("/")
    most = 128 if ":" in address else 32
    if not slash or not _is_address(address) or not bits.isdecimal() or int(bits) > most or str(int(bits)) != bits:
        yield Problem((), "this is no range of IP addresses", "write a range such as 10.0.0.0/8")
    elif int(bits) < most and not address.endswith((".0", "::")):
        import ipaddress  # Imported here, because few ranges come this far.

        network = ipaddress.ip_network(value.strip(), strict=False)
        if str(network.network_address) != address.lower():
            message = "the address is within the range, which Kubernetes 1.36 and newer refuse"
            yield Problem((), message, f"write {network}, or a longer prefix", severity=Severity.WARNING)


def _service(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    kind, cluster_ip, ports = value.get("type") or "ClusterIP", value.get("clusterIP"), value.get("ports")
    if not isinstance(kind, str) or is_open(kind):
        return
    if kind in ("NodePort", "LoadBalancer") and cluster_ip == "None":
        yield Problem(("clusterIP",), f"a Service of type {kind} has a cluster IP", "delete clusterIP, or the type")
    yield from _service_ports(ports, kind)
    yield from _service_settings(value, kind)
    if kind == "ExternalName":
        if not value.get("externalName"):
            message = "a Service of type ExternalName needs externalName"
            yield Problem(("type",), message, "add externalName", severity=Severity.WARNING)
        if cluster_ip not in (None, ""):
            yield Problem(("clusterIP",), "a Service of type ExternalName has no cluster IP", "delete clusterIP")
    elif not ports and cluster_ip != "None":
        yield Problem((), "the Service has no ports", "add ports", severity=Severity.WARNING)


def _service_settings(value: dict[str, Any], kind: str) -> Iterable[Problem]:
    for key, kinds in _ONLY_OF_TYPES.items():
        if value.get(key) not in (None, "", []) and kind not in kinds:
            message = f"a Service of type {kind} has no {key}"
            yield Problem((key,), message, f"delete it, or write type: {kinds[0]}", on_key=True)
    if value.get("sessionAffinityConfig") is not None and value.get("sessionAffinity") in (None, "None"):
        message = "sessionAffinityConfig needs sessionAffinity: ClientIP"
        yield Problem(("sessionAffinityConfig",), message, "add it, or delete sessionAffinityConfig", on_key=True)


_ONLY_OF_TYPES: Final = {
    "loadBalancerSourceRanges": ("LoadBalancer",),
    "loadBalancerClass": ("LoadBalancer",),
    "allocateLoadBalancerNodePorts": ("LoadBalancer",),
    "healthCheckNodePort": ("LoadBalancer",),
}


def _service_ports(ports: Any, kind: str) -> Iterable[Problem]:
    for index, port in mappings(ports):
        if isinstance(ports, list) and len(ports) > 1 and port.get("name") in (None, ""):
            yield Problem(("ports", index), "a port of a Service with several ones needs a name", "add a name")
        if kind == "ClusterIP" and port.get("nodePort") not in (None, 0):
            message = "a Service of type ClusterIP has no node ports"
            yield Problem(("ports", index, "nodePort"), message, "delete it, or write type: NodePort", on_key=True)


def _ingress(value: Any) -> Iterable[Problem]:
    if type(value) is dict and not value.get("rules") and value.get("defaultBackend") is None:
        message = "the Ingress has neither rules nor defaultBackend"
        yield Problem((), message, "add rules", severity=Severity.WARNING)


def _ingress_class(value: Any) -> Iterable[Problem]:
    """Compare the annotation of the class with the field."""
    try:
        old, new = value["metadata"]["annotations"][_CLASS_ANNOTATION], value["spec"]["ingressClassName"]
    except (KeyError, TypeError):
        return
    if isinstance(old, str) and isinstance(new, str) and old != new and not is_open(old + new):
        message = "the annotation names another class than ingressClassName"
        yield Problem(("metadata", "annotations", _CLASS_ANNOTATION), message, "delete the annotation", on_key=True)


_CLASS_ANNOTATION: Final = "kubernetes.io/ingress.class"


def _ingress_path(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    path, kind = value.get("path"), value.get("pathType")
    if path is not None and not isinstance(path, str):
        return
    if path and is_open(path):
        return
    if kind in ("Exact", "Prefix"):
        if not path or not path.startswith("/"):
            at = ("path",) if path else ("pathType",)
            yield Problem(at, f"a path of pathType {kind} begins with /", "write a path that begins with /")
        elif any(part in path for part in ("//", "/./", "/../", "%2f", "%2F")) or path.endswith(("/..", "/.")):
            message = f"a path of pathType {kind} has no //, /./, /../, or %2F"
            yield Problem(("path",), message, "write the path without them")
    elif path and not path.startswith("/"):
        yield Problem(("path",), "a path begins with /", "write a path that begins with /")


def _backend(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    service, resource = value.get("service"), value.get("resource")
    if service is not None and resource is not None:
        yield Problem(("resource",), "the backend has a service, and a resource too", "delete one of both", on_key=True)
    elif service is None and resource is None:
        yield Problem((), "the backend has no service", "add the service", severity=Severity.WARNING)
    if isinstance(service, dict):
        port = service.get("port")
        if isinstance(port, dict) and port.get("name") and port.get("number"):
            message = "the port has a name, and a number too"
            yield Problem(("service", "port", "name"), message, "delete one of both")
        elif port is None or (isinstance(port, dict) and not (port.get("name") or port.get("number"))):
            message = "the service of the backend has no port"
            yield Problem(("service",), message, "add port.number or port.name", severity=Severity.WARNING)


def _host(value: Any) -> Iterable[Problem]:
    if not isinstance(value, str) or not value or is_open(value):
        return
    wrong = dns_subdomain(value.removeprefix("*."))
    if wrong:
        yield Problem((), f"the host {wrong}", "write the name of the host only, without port and scheme")
    elif _is_address(value):
        yield Problem((), "the host is an IP address", "write a DNS name, or delete the host")


def _peer(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    block = value.get("ipBlock")
    selectors = [key for key in ("podSelector", "namespaceSelector") if value.get(key) is not None]
    if block is not None and selectors:
        yield Problem(("ipBlock",), f"ipBlock and {selectors[0]} are both set", "write a peer for each", on_key=True)
    elif block is None and not selectors:
        message = "the peer selects nothing"
        yield Problem((), message, "add podSelector, namespaceSelector, or ipBlock; to allow all, delete the list")


def _policy_port(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    port, end = value.get("port"), value.get("endPort")
    if end is None:
        return
    if type(port) is not int:
        if not (isinstance(port, str) and is_open(port)):
            yield Problem(("endPort",), "endPort needs a port that is a number", "write the first port", on_key=True)
    elif type(end) is int and end < port:
        yield Problem(("endPort",), "endPort is less than port", "write the last port of the range")


def _block(value: Any) -> Iterable[Problem]:
    """Compare the exceptions of a range with it."""
    if type(value) is not dict or not isinstance(value.get("except"), list) or not isinstance(value.get("cidr"), str):
        return
    import ipaddress  # Imported here, because few policies have exceptions.

    try:
        whole = ipaddress.ip_network(value["cidr"], strict=False)
    except ValueError:
        return
    for index, text in enumerate(value["except"]):
        try:
            part = ipaddress.ip_network(text, strict=False)
        except ValueError:
            continue
        inside = part.version == whole.version and part.network_address in whole and part.prefixlen > whole.prefixlen
        if not inside:
            message = "the exception is not a part of the range"
            yield Problem(("except", index), message, "write a smaller range within cidr")


NETWORKING_RULES: Final = (
    FieldRule(
        "invalid-service",
        "The API server accepts the Services",
        Severity.ERROR,
        """A Service has fields that do not go together, or ports without names.

        Why: the API server refuses the object. Several ports need names, a headless Service has the type ClusterIP, and
        only a Service of type NodePort or LoadBalancer has node ports.

        Source: https://github.com/kubernetes/kubernetes/issues/36803

        Bad: `ports: [{port: 80}, {port: 443}]`
        Good: `ports: [{name: http, port: 80}, {name: https, port: 443}]`
        """,
        {"Service:spec": _service},
    ),
    FieldRule(
        "invalid-ingress",
        "The API server accepts the Ingresses",
        Severity.ERROR,
        """An Ingress has an impossible host, path, or backend.

        Why: the API server refuses the object. A host has no port and no scheme, a path begins with /, and a backend is
        a service with the name or the number of a port.

        Source: https://github.com/kubernetes/ingress-nginx/issues/4696

        Bad: `path: (/|$)(.*)`   Good: `path: /(.*)` with `pathType: ImplementationSpecific`
        """,
        {
            "Ingress.networking.k8s.io:": _ingress_class,
            "Ingress.networking.k8s.io:spec": _ingress,
            "Ingress.networking.k8s.io:spec.rules[].http.paths[]": _ingress_path,
            "Ingress.networking.k8s.io:spec.rules[].host Ingress.networking.k8s.io:spec.tls[].hosts[]": _host,
            "backend:": _backend,
        },
    ),
    FieldRule(
        "invalid-network-policy",
        "The API server accepts the NetworkPolicies",
        Severity.ERROR,
        """A peer or a port of a NetworkPolicy has fields that do not go together.

        Why: the API server refuses the object. A peer is an ipBlock, or has selectors; an empty peer is none. A range
        of ports has two numbers.

        Source: https://github.com/kubernetes/kubernetes/pull/86578

        Bad: `from: [{}]`   Good: `from: [{podSelector: {}}]`
        """,
        {"peer:": _peer, "peer:ipBlock": _block, "policyPort:": _policy_port},
    ),
    FieldRule(
        "invalid-address",
        "IP addresses are valid",
        Severity.ERROR,
        """A field for an IP address, or for a range of them, has something else.

        Why: the API server refuses the object. A range has a prefix length: 10.0.0.0/8.

        Source: https://github.com/kubernetes/kubernetes/pull/94484

        Bad: `cidr: 10.0.0.1`   Good: `cidr: 10.0.0.1/32`
        """,
        {
            "Service:spec.clusterIP Service:spec.clusterIPs[] Service:spec.externalIPs[]": _address,
            "pod:hostAliases[].ip pod:dnsConfig.nameservers[]": _address,
            "peer:ipBlock.cidr peer:ipBlock.except[] Service:spec.loadBalancerSourceRanges[]": _range,
        },
    ),
)

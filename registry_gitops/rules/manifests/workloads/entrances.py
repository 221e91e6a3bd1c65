"""How clients outside the cluster reach a registry: Services, Ingresses, and routes that lead to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, is_decided_later
from registry_gitops.rules.guards import can_end_tls, is_guarded
from registry_gitops.rules.manifests.workloads.pods import items, labels_of_pods
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry

INGRESS: Final = "Ingress.networking.k8s.io"
_PRIVATE: Final = re.compile(r"internal|private|tailscale|local|vpn|lan\b", re.IGNORECASE)
"""In the name of a class or a Gateway: only some clients reach it."""


@dataclass(frozen=True)
class Entrance:
    """One way in: the object that opens it, and where it says so."""

    manifest: Manifest
    path: Path
    is_guarded: bool = False
    """Whether something else than the registry can decide who comes in."""
    has_tls: bool = True
    """Whether clients use TLS, or can use it as far as the manifests tell."""

    @property
    def words(self) -> str:
        """The way in, for a message."""
        kind = self.manifest.kind
        of_type = f" of type {self.manifest.get('spec', 'type')}" if kind == "Service" else ""
        return f"the {kind} {self.manifest.name}{of_type}"


def find_entrances(registry: PlainRegistry) -> Iterator[Entrance]:
    """Yield the ways from outside of the cluster to the port of a registry."""
    services = list(services_of(registry))
    for service in services:
        if service.get("spec", "type") in ("LoadBalancer", "NodePort"):
            yield _of_service(service, registry)
    names = {service.name for service in services}
    for ingress, path, _ in ingress_paths(registry, names):
        yield Entrance(ingress, path, _is_guarded_ingress(ingress))
    for route in registry.near("HTTPRoute.gateway.networking.k8s.io"):
        for index, rule in items(route.get("spec", "rules")):
            if any(str(backend.get("name")) in names for _, backend in items(rule.get("backendRefs"))):
                yield Entrance(route, ("spec", "rules", index), _is_guarded_route(registry, route, rule))
                break


def services_of(registry: PlainRegistry) -> Iterator[Manifest]:
    """Yield the Services that lead to the port of a registry."""
    labels = labels_of_pods(registry.workload)
    for service in registry.near("Service"):
        selector = service.mapping("spec", "selector")
        if selector and selector.items() <= labels.items() and list(ports_to(registry, service)):
            yield service


def ports_to(registry: PlainRegistry, service: Manifest) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the ports of a Service that lead to the registry's own port."""
    for index, port in items(service.get("spec", "ports")):
        if leads_to(registry, port, registry.port):
            yield index, port


def leads_to(registry: PlainRegistry, port: dict[str, Any], number: int | None) -> bool:
    """Return whether a port of a Service leads to a port of the registry's container."""
    target = port.get("targetPort", port.get("port"))
    named = {str(entry.get("name")): entry.get("containerPort") for _, entry in items(registry.container.get("ports"))}
    target = named.get(str(target), target)
    return number is not None and str(target) == str(number)


def ingress_paths(registry: PlainRegistry, names: set[str]) -> Iterator[tuple[Manifest, Path, dict[str, Any]]]:
    """Yield the first path of each Ingress that leads to one of the Services, with its place."""
    for ingress in registry.near(INGRESS):
        for index, rule in items(ingress.get("spec", "rules")):
            http = rule.get("http")
            paths = items(http.get("paths")) if isinstance(http, dict) else ()
            found = next(((number, entry) for number, entry in paths if _service_of(entry) in names), None)
            if found:
                yield ingress, ("spec", "rules", index, "http", "paths", found[0]), found[1]
                break


def _service_of(entry: dict[str, Any]) -> str:
    backend = entry.get("backend")
    service = backend.get("service") if isinstance(backend, dict) else None
    return str(service.get("name")) if isinstance(service, dict) else ""


def annotations_of(manifest: Manifest) -> dict[str, Any]:
    """Return the annotations of an object."""
    return manifest.mapping("metadata", "annotations")


def class_of(ingress: Manifest) -> str:
    """Return the class of an Ingress, or "" if none is written."""
    return str(
        ingress.get("spec", "ingressClassName") or annotations_of(ingress).get("kubernetes.io/ingress.class") or ""
    )


def _is_guarded_ingress(ingress: Manifest) -> bool:
    name = class_of(ingress)
    return is_guarded(annotations_of(ingress)) or is_decided_later(name) or bool(_PRIVATE.search(name))


def _is_guarded_route(registry: PlainRegistry, route: Manifest, rule: dict[str, Any]) -> bool:
    gateways = [
        f"{parent.get('name')} {parent.get('sectionName')}" for _, parent in items(route.get("spec", "parentRefs"))
    ]
    has_filter = any(each.get("type") == "ExtensionRef" for _, each in items(rule.get("filters")))
    has_policy = bool(registry.repository.of_kind("SecurityPolicy.gateway.envoyproxy.io"))
    return has_filter or has_policy or is_guarded(annotations_of(route)) or any(map(_PRIVATE.search, gateways))


def _of_service(service: Manifest, registry: PlainRegistry) -> Entrance:
    annotations = annotations_of(service)
    has_tls = registry.settings.get("http", "tls") is not None or can_end_tls(annotations)
    guarded = bool(service.get("spec", "loadBalancerSourceRanges")) or is_guarded(annotations)
    return Entrance(service, ("spec", "type"), guarded, has_tls)

"""How clients reach the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error
from registry_gitops.values.http_route import HttpRoute
from registry_gitops.values.ingress import CLASS_ANNOTATION, Ingress

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_network_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what Kubernetes or the controller of the Ingress would refuse."""
    if values.ingress.enabled:
        yield from _ingress(values.ingress)
    if values.http_route.enabled:
        yield from _route(values.http_route)


def _ingress(ingress: Ingress) -> RuleErrors:
    if ingress.tls and not ingress.hostname and not ingress.extra_tls:
        yield conflict_error("tls-host")
    if ingress.ingress_class_name and CLASS_ANNOTATION in ingress.annotations:
        yield conflict_error("ingress-class")
    seen = {(ingress.hostname, ingress.path)} if ingress.hostname else set()
    for index, host in enumerate(ingress.extra_hosts):
        if (host.name, host.path) in seen:
            yield conflict_error("ingress-host-twice", index=index, path=host.path)
        seen.add((host.name, host.path))


def _route(route: HttpRoute) -> RuleErrors:
    if not route.parent_refs:
        yield conflict_error("route-parents")
    seen: set[tuple[object, ...]] = set()
    for index, parent in enumerate(route.parent_refs):
        listener = (parent.namespace, parent.name, parent.section_name, parent.port)
        if listener in seen:
            yield conflict_error("route-parent-twice", index=index, name=parent.name)
        seen.add(listener)

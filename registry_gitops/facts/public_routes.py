"""What the Ingress and the HTTPRoute route to the registry: the chart's _network.tpl agrees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from registry_gitops.values import ExtraHost, HttpRoute, Ingress, ParentReference

_BODY_SIZE: Final = "nginx.ingress.kubernetes.io/proxy-body-size"


def ingress_rules(ingress: Ingress) -> tuple[ExtraHost, ...]:
    """Return the rules of the Ingress, () without an Ingress: the chart's `docker-registry.ingressHosts`."""
    if not ingress.enabled:
        return ()
    if ingress.extra_hosts and not ingress.hostname:
        return tuple(ingress.extra_hosts)
    return (ExtraHost(name=ingress.hostname, path=ingress.path, path_type=ingress.path_type), *ingress.extra_hosts)


def ingress_hosts(rules: Iterable[ExtraHost], path: str) -> tuple[str, ...]:
    """Return the hosts whose requests below `path` follow a rule, those without a wildcard first."""
    names = dict.fromkeys(rule.name for rule in rules if rule.name and _routes(rule, path))
    return tuple(sorted(names, key=lambda name: name.startswith("*")))


def is_routed(rules: Iterable[ExtraHost], host: str, path: str) -> bool:
    """Return whether requests of the host below `path` follow a rule."""
    return any(example_host(rule.name) == host and _routes(rule, path) for rule in rules)


def _routes(rule: ExtraHost, path: str) -> bool:
    """Return whether requests below `path` follow the rule. ImplementationSpecific can mean that, and so counts."""
    if rule.path_type == "Prefix":
        return is_below(path, rule.path)
    return rule.path_type == "ImplementationSpecific"


def is_below(path: str, prefix: str) -> bool:
    """Return whether the path is the prefix, or below it."""
    return f"{path.rstrip('/')}/".startswith(f"{prefix.rstrip('/')}/")


def has_certificate(ingress: Ingress, host: str) -> bool:
    """Return whether the Ingress serves the host over TLS; an entry of `extraTls` without hosts is for all."""
    if ingress.tls and host == ingress.hostname:
        return True
    domain = f"*.{host.partition('.')[2]}"
    return any(not tls.hosts or host in tls.hosts or domain in tls.hosts for tls in ingress.extra_tls)


def certificate_secret(ingress: Ingress) -> str:
    """Return the name by the chart's `docker-registry.ingressTls`; that of a wildcard host has no `*`."""
    if not (ingress.enabled and ingress.tls and ingress.hostname):
        return ""
    return ingress.existing_secret or f"{ingress.hostname.replace('*', 'wildcard')}-tls"


def has_body_limit(ingress: Ingress) -> bool:
    """Return whether ingress-nginx, if it serves the Ingress, limits the size of requests."""
    default = "0" if "nginx" in ingress.controllers else ""
    is_other = ingress.controller in ("traefik", "haproxy") or "nginx" not in (ingress.ingress_class_name or "nginx")
    return not is_other and ingress.annotations.get(_BODY_SIZE, default) != "0"


def is_over_tls(route: HttpRoute) -> bool:
    """Return whether a listener of the route uses TLS, as far as its port and name tell."""
    return not route.parent_refs or not all(map(_is_plain, route.parent_refs))


def _is_plain(parent: ParentReference) -> bool:
    name = parent.section_name or ""
    return parent.port == 80 or name == "web" or (name.startswith("http") and not name.startswith("https"))


def example_host(host: str) -> str:
    """Return a host of a wildcard, registry.example.com for *.example.com; another host as it is."""
    return f"registry{host[1:]}" if host.startswith("*") else host

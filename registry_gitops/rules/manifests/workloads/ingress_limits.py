"""What the proxy in front of a registry refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.masking import quote
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.entrances import (
    INGRESS,
    annotations_of,
    class_of,
    ingress_paths,
    services_of,
)
from registry_gitops.rules.manifests.workloads.pods import items
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, serving_registries

_LIMITS: Final = ("nginx.ingress.kubernetes.io/proxy-body-size", "nginx.org/client-max-body-size")
_UNITS: Final = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_ENOUGH: Final = 2**30
_NGINX: Final = "nginx.ingress.kubernetes.io/"


def _ingresses(repository: FluxRepository) -> Iterator[tuple[PlainRegistry, Manifest, Path, dict[str, Any]]]:
    """Yield the Ingresses of registries, with the path that leads to the registry."""
    if not repository.of_kind(INGRESS):
        return
    for registry in serving_registries(repository):
        names = {service.name for service in services_of(registry)}
        for ingress, path, entry in ingress_paths(registry, names):
            yield registry, ingress, path, entry


def find_body_limits(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the Ingresses that limit the size of a layer: by an annotation, or by the 1m of ingress-nginx."""
    for registry, ingress, _, _ in _ingresses(repository):
        if registry.is_cache:
            continue
        annotations = annotations_of(ingress)
        limits = {name: str(annotations[name]) for name in _LIMITS if name in annotations}
        for name, limit in limits.items():
            found = re.fullmatch(r"(\d+)([kmg]?)", limit.lower())
            if found and 0 < int(found[1]) * _UNITS[found[2]] < _ENOUGH:
                place = ("metadata", "annotations", name)
                yield ingress, Problem(place, f"layers larger than {limit} cannot be pushed", 'write "0"')
        if not limits and class_of(ingress) == "nginx" and not _is_limit_elsewhere(repository):
            message = "nginx accepts 1m by default: larger layers cannot be pushed"
            name = _LIMITS[any(key.startswith("nginx.org/") for key in annotations)]
            yield ingress, Problem(("metadata", "annotations"), message, f'write the annotation {name}: "0"')


def _is_limit_elsewhere(repository: FluxRepository) -> bool:
    """Return whether the controller can have another default: its values or its ConfigMap say something about it."""
    kinds = ("HelmRelease.helm.toolkit.fluxcd.io", "ConfigMap")
    texts = [manifest.document.text for kind in kinds for manifest in repository.of_kind(kind)]
    return any(word in text for text in texts for word in ("proxy-body-size", "client-max-body-size"))


def find_missing_api_paths(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the Ingresses that do not route /v2/ to the registry."""
    for registry, ingress, path, entry in _ingresses(repository):
        rule = ingress.mapping(*path[:3])
        http = rule.get("http")
        paths = [str(each.get("path", "/")) for _, each in items(http.get("paths"))] if isinstance(http, dict) else []
        is_rewritten = any("rewrite" in key or "regex" in key or "snippet" in key for key in annotations_of(ingress))
        is_plain = all(re.fullmatch(r"/[\w/.-]*", each) for each in paths)
        is_prefixed = registry.settings.get("http", "prefix") is not None
        if is_plain and not is_rewritten and not is_prefixed and not any(map(_covers, paths)):
            message = f"clients expect /v2/ at the root of the host, and only {quote(entry.get('path'))} is routed"
            yield ingress, Problem((*path, "path"), message, "write path: /")


def _covers(path: str) -> bool:
    return "/v2/".startswith(f"{path.rstrip('/')}/")


def find_plain_backends(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the Ingresses of ingress-nginx that send plain HTTP to a registry with TLS."""
    for registry, ingress, _, _ in _ingresses(repository):
        protocol = annotations_of(ingress).get(f"{_NGINX}backend-protocol")
        uses_tls = isinstance(registry.settings.get("http", "tls", "certificate"), str)
        if uses_tls and class_of(ingress) == "nginx" and protocol is None:
            message = "the registry uses TLS, and ingress-nginx sends it plain HTTP: clients get 400"
            remedy = f"write the annotation {_NGINX}backend-protocol: HTTPS"
            yield ingress, Problem(("metadata", "annotations"), message, remedy)


def find_other_hosts(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the registries whose http.host is not the host of their Ingress."""
    for registry in serving_registries(repository):
        host = registry.settings.get("http", "host")
        names = {service.name for service in services_of(registry)} if isinstance(host, str) else set()
        hosts = {
            str(rule.get("host"))
            for ingress, *_ in ingress_paths(registry, names)
            for _, rule in items(ingress.get("spec", "rules"))
        }
        is_known = bool(hosts) and not any("$" in each or "*" in each or each == "None" for each in hosts)
        message = _host_problem(host, hosts) if isinstance(host, str) and is_known else ""
        if message:
            manifest, path = registry.settings.locate("http", "host")
            yield manifest, Problem(path, message, f"write https://{min(hosts)}, or leave it out")


def _host_problem(host: str, hosts: set[str]) -> str:
    url = urlsplit(host)
    if not url.scheme or not url.hostname:
        return "http.host is no URL, so the registry ignores it"
    if url.hostname not in hosts:
        return f"uploads are sent to {quote(url.hostname)}, and clients reach the registry at {min(hosts)}"
    return ""

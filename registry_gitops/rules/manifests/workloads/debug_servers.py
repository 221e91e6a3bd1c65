"""Others reach the debug server of a registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.entrances import leads_to
from registry_gitops.rules.manifests.workloads.pods import items, labels_of_pods
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, serving_registries

_LOOPBACK: Final = re.compile(r"127\.|localhost:|\[::1\]")


def find_open_debug_servers(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the debug servers that clients outside the cluster reach, or that serve no metrics and all Pods reach."""
    for registry in serving_registries(repository):
        settings = registry.settings
        address = settings.get("http", "debug", "addr")
        if not isinstance(address, str) or _LOOPBACK.match(address):
            continue
        port = address.rpartition(":")[2]
        opened = next(_open_services(registry, int(port) if port.isdecimal() else None), None)
        if opened:
            service, path = opened
            message = (
                f"the Service of type {service.get('spec', 'type')} opens the debug server, which can show secrets"
            )
            remedy = "remove this port, and write a Service of type ClusterIP for the metrics"
            yield service, Problem(path, message, remedy)
        elif settings.get("http", "debug", "prometheus", "enabled") in (None, False) and not _is_probed(registry, port):
            manifest, path = settings.locate("http", "debug", "addr")
            yield (
                manifest,
                Problem(
                    path,
                    "every Pod reaches the debug server, which can show secrets, and it serves no metrics",
                    "write 127.0.0.1:5001",
                ),
            )


def _is_probed(registry: PlainRegistry, port: str) -> bool:
    """Return whether the kubelet asks the debug server, which it cannot do at a loopback address."""
    probes = (registry.container.get(key) for key in ("livenessProbe", "readinessProbe", "startupProbe"))
    requests = (probe.get("httpGet") for probe in probes if isinstance(probe, dict))
    named = {str(entry.get("name")): entry.get("containerPort") for _, entry in items(registry.container.get("ports"))}
    ports = [request.get("port") for request in requests if isinstance(request, dict)]
    return any(str(named.get(str(each), each)) == port for each in ports)


def _open_services(registry: PlainRegistry, number: int | None) -> Iterator[tuple[Manifest, Path]]:
    labels = labels_of_pods(registry.workload)
    for service in registry.near("Service"):
        selector = service.mapping("spec", "selector")
        is_open = service.get("spec", "type") in ("LoadBalancer", "NodePort")
        if is_open and selector and selector.items() <= labels.items():
            for index, port in items(service.get("spec", "ports")):
                if leads_to(registry, port, number):
                    yield service, ("spec", "ports", index)

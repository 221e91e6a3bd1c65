"""The Services in front of a registry: which one the chart's Service replaces, and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from registry_gitops.documents import Manifest
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.mappings import indexed_mappings, list_mappings
from registry_gitops.importer.object_metadata import translate_metadata
from registry_gitops.importer.registry_workloads import RegistryWorkload

_KEPT: Final = (
    "type",
    "loadBalancerIP",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "externalTrafficPolicy",
    "sessionAffinity",
    "externalIPs",
    "ipFamilyPolicy",
    "ipFamilies",
)
_DEFAULTS: Final[Mapping[str, object]] = {
    "internalTrafficPolicy": "Cluster",
    "allocateLoadBalancerNodePorts": True,
    "publishNotReadyAddresses": False,
    "sessionAffinity": "None",
    "externalTrafficPolicy": "Cluster",
    "ipFamilyPolicy": "SingleStack",
    "type": "ClusterIP",
}
_OF_CLUSTER: Final = ("clusterIPs", "healthCheckNodePort")


def find_service(workload: RegistryWorkload, backends: set[str]) -> Manifest | None:
    """Return the Service of the registry; `backends` are the names of those that an Ingress or a route leads to."""
    found = [
        each
        for each in workload.of_kind("Service")
        if workload.is_selected(each) and (_port_of(each, workload) or find_proxy(each, workload))
    ]
    found.sort(key=lambda each: (each.name not in backends, each.get("spec", "clusterIP") == "None"))
    return found[0] if found else None


def _port_of(service: Manifest, workload: RegistryWorkload) -> tuple[int, dict[str, Any]] | None:
    """Return the port of a Service that leads to the registry, with its index."""
    ports = list(indexed_mappings(service.list("spec", "ports")))
    targets = _targets(workload)
    by_target = [each for each in ports if _target(each[1]) in targets]
    is_only = len(ports) == 1 and not find_proxy(service, workload)
    return next(iter(by_target or (ports if is_only else [])), None)


def find_proxy(service: Manifest, workload: RegistryWorkload) -> Mapping[str, Any] | None:
    """Return the container that a Service leads to instead of the registry, as one that asks for a login, or None."""
    targets = {_target(port) for port in list_mappings(service.list("spec", "ports"))}
    if targets & _targets(workload):
        return None
    for index, container in indexed_mappings(workload.manifest.list(*workload.pod, "containers")):
        if index != workload.index and targets & _ports_of(container):
            return container
    return None


def _target(port: Mapping[str, Any]) -> str:
    return str(_target_port(port))


def _target_port(port: Mapping[str, Any]) -> Any:
    return port.get("targetPort", port.get("port"))


def _ports_of(container: Mapping[str, Any]) -> set[str]:
    ports = list_mappings(container.get("ports"))
    return {str(port[key]) for port in ports for key in ("containerPort", "name") if port.get(key)}


def _targets(workload: RegistryWorkload) -> set[str]:
    """Return the ports of the registry's container, by number and name, without those of metrics."""
    ports = list_mappings(workload.manifest.list(*workload.container, "ports"))
    main = [port for port in ports if port.get("containerPort") not in (5001, 5002)] or ports
    return {"5000", *(str(port.get(key)) for port in main for key in ("containerPort", "name"))}


def translate_service(workload: RegistryWorkload, notes: Notes, service: Manifest) -> None:
    """Translate the Service that the chart's own one replaces: clients find it by the same name and port."""
    translate_metadata(notes, "values.service.labels", "values.service.annotations")
    notes.draft.put("values.fullnameOverride", service.name)
    notes.translated(("metadata", "name"), "values.fullnameOverride", "all objects of the chart have this name")
    notes.translated(("metadata", "namespace"), "namespace")
    notes.dropped(("spec", "selector"), "the chart selects its own Pods")
    spec = service.mapping("spec")
    for key, value in spec.items():
        path = ("spec", key)
        if key in _DEFAULTS and _DEFAULTS[key] == value:
            notes.dropped(path, "it is Kubernetes' default")
        elif key in _OF_CLUSTER:
            notes.dropped(path, "the cluster writes it")
        elif key in _KEPT:
            notes.keep(path, f"values.service.{key}")
    _read_address(notes, service)
    _read_ports(workload, notes, service)


def _read_address(notes: Notes, service: Manifest) -> None:
    path = ("spec", "clusterIP")
    if service.get("spec", "clusterIPs") is not None and service.get(*path) != "None":
        notes.dropped(path, "the cluster writes it, and the Service that stays keeps it")
    else:
        notes.keep(path, "values.service.clusterIP")


def _read_ports(workload: RegistryWorkload, notes: Notes, service: Manifest) -> None:
    main, proxy = _port_of(service, workload), find_proxy(service, workload)
    for index, port in indexed_mappings(service.list("spec", "ports")):
        path = ("spec", "ports", index)
        if main and index == main[0]:
            _read_port(notes, path, port)
        elif _target(port) in ("5001", "5002", "metrics", "debug", "http-metrics"):
            _read_metrics_port(notes, path, port)
        elif proxy:
            _read_proxy_port(notes, path, port, proxy)
        else:
            notes.kept(path, notes.draft.append("values.service.extraPorts", port))


def _read_proxy_port(
    notes: Notes, path: tuple[str | int, ...], port: Mapping[str, Any], proxy: Mapping[str, Any]
) -> None:
    """Keep a port that leads to a container in front of the registry, and ask about the chart's own port."""
    name = port.get("name") if port.get("name") not in (None, "http") else "proxy"
    numbers = {each.get("name"): each.get("containerPort") for each in list_mappings(proxy.get("ports"))}
    target, container = _target_port(port), proxy.get("name")
    entry = {**port, "name": name, "targetPort": numbers.get(target, target)}
    notes.draft.append("values.service.extraPorts", entry)
    notes.decide(
        path,
        f"it leads to the container {container}, as service.extraPorts does now; but the chart's Service has a port "
        "http too, which leads to the registry itself",
        [
            f"let the registry ask for the login: auth.htpasswd or auth.token, without the container {container}",
            f"let nobody but {container} reach the port: networkPolicy, or a Service of its own in extraDeploy",
        ],
    )


def _read_metrics_port(notes: Notes, path: tuple[str | int, ...], port: Mapping[str, Any]) -> None:
    if notes.draft.get("values.metrics.enabled"):
        target = notes.draft.append("values.service.extraPorts", {**port, "targetPort": "metrics"})
        notes.translated(path, target, "it leads to the port of the sidecar that serves the metrics")
    else:
        options = ["set metrics.enabled, and add the port to service.extraPorts", "leave it out"]
        notes.decide(path, "it leads to the debug server, which the chart does not open", options)


def _read_port(notes: Notes, path: tuple[str | int, ...], port: Mapping[str, Any]) -> None:
    notes.keep((*path, "port"), "values.service.ports.http")
    for key in ("name", "targetPort", "protocol", "appProtocol"):
        notes.dropped((*path, key), "the chart calls the port http, and leads it to its container")
    notes.keep((*path, "nodePort"), "values.service.nodePorts.http")

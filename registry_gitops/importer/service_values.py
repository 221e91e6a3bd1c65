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
    found = [each for each in workload.of_kind("Service") if workload.is_selected(each) and _port_of(each, workload)]
    found.sort(key=lambda each: (each.name not in backends, each.get("spec", "clusterIP") == "None"))
    return found[0] if found else None


def _port_of(service: Manifest, workload: RegistryWorkload) -> tuple[int, dict[str, Any]] | None:
    """Return the port of a Service that leads to the registry, with its index."""
    ports = list(indexed_mappings(service.list("spec", "ports")))
    targets = _targets(workload)
    by_target = [each for each in ports if str(each[1].get("targetPort", each[1].get("port"))) in targets]
    return next(iter(by_target or (ports if len(ports) == 1 else [])), None)


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
    main = _port_of(service, workload)
    for index, port in indexed_mappings(service.list("spec", "ports")):
        path = ("spec", "ports", index)
        if main and index == main[0]:
            _read_port(notes, path, port)
        elif str(port.get("targetPort", port.get("port"))) in ("5001", "5002", "metrics", "debug", "http-metrics"):
            _read_metrics_port(notes, path, port)
        else:
            notes.kept(path, notes.draft.append("values.service.extraPorts", port))


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

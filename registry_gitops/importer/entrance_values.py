"""The Ingress and the HTTPRoute in front of a registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.documents import Manifest, Path
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.mappings import indexed_mappings, list_mappings
from registry_gitops.importer.object_metadata import translate_metadata
from registry_gitops.importer.registry_workloads import RegistryWorkload

INGRESSES: Final = ("Ingress.networking.k8s.io", "Ingress.extensions")
ROUTE: Final = "HTTPRoute.gateway.networking.k8s.io"

_CLASS: Final = "kubernetes.io/ingress.class"


def backends_of(manifest: Manifest) -> set[str]:
    """Return the names of the Services that an Ingress or a route leads to."""
    if manifest.group_kind == ROUTE:
        rules = list_mappings(manifest.list("spec", "rules"))
        return {str(backend.get("name")) for rule in rules for backend in list_mappings(rule.get("backendRefs"))}
    default = manifest.get("spec", "defaultBackend") or manifest.get("spec", "backend")
    return {_service_of({"backend": default}), *(_service_of(entry) for _, _, entry in _paths(manifest))} - {""}


def find_entrance(workload: RegistryWorkload, service: str, *kinds: str) -> Manifest | None:
    """Return the first object of these kinds that leads to a Service."""
    return next((each for each in workload.of_kind(*kinds) if service in backends_of(each)), None)


def _paths(ingress: Manifest) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    """Yield path, host, and entry of each path of an Ingress."""
    for index, rule in indexed_mappings(ingress.list("spec", "rules")):
        http = rule.get("http")
        for number, entry in indexed_mappings(http.get("paths") if isinstance(http, dict) else None):
            yield ("spec", "rules", index, "http", "paths", number), str(rule.get("host") or ""), entry


def _service_of(entry: Mapping[str, Any]) -> str:
    backend = entry.get("backend")
    if not isinstance(backend, dict):
        return ""
    service = backend.get("service")
    return str(service.get("name") if isinstance(service, dict) else backend.get("serviceName") or "")


def translate_ingress(notes: Notes, ingress: Manifest, service: str) -> None:
    """Translate the Ingress that the chart's own one replaces: clients find it by the same hosts."""
    translate_metadata(notes, "", "values.ingress.annotations")
    notes.dropped(("metadata", "name"), "the Ingress has the name of all objects of the chart")
    notes.translated(("metadata", "namespace"), "namespace")
    notes.draft.put("values.ingress.enabled", True)
    notes.dropped(("metadata", "labels"), "the chart sets labels of its own")
    _read_class(notes)
    _read_hosts(notes, ingress, service)
    _read_certificates(notes, ingress)


def _read_class(notes: Notes) -> None:
    annotations = notes.draft.get("values.ingress.annotations") or {}
    name = notes.get("spec", "ingressClassName")
    notes.keep(("spec", "ingressClassName"), "values.ingress.ingressClassName")
    if _CLASS not in annotations:
        return
    rest = {key: value for key, value in annotations.items() if key != _CLASS}
    notes.draft.remove("values.ingress.annotations")
    if rest:
        notes.draft.put("values.ingress.annotations", rest)
    path = ("metadata", "annotations", _CLASS)
    if name:
        notes.dropped(path, "ingressClassName names the class")
    else:
        notes.translate(path, "values.ingress.ingressClassName", annotations[_CLASS], "the annotation is deprecated")


def _read_hosts(notes: Notes, ingress: Manifest, service: str) -> None:
    extra: list[dict[str, Any]] = []
    for path, host, entry in _paths(ingress):
        if _service_of(entry) != service:
            question = "this path leads to another Service: the Ingress of the chart has those of the registry only"
            notes.decide(path, question, ["keep an Ingress of its own for it"])
            continue
        settings = {"path": entry.get("path") or "/", "pathType": entry.get("pathType") or "Prefix"}
        if not notes.draft.get("values.ingress.hostname"):
            notes.draft.put("values.ingress.hostname", host)
            for key, value in settings.items():
                notes.draft.put(f"values.ingress.{key}", value)
            target = "values.ingress.hostname"
        else:
            extra.append({"name": host, **settings})
            notes.draft.put("values.ingress.extraHosts", extra)
            target = "values.ingress.extraHosts"
        notes.translated(path, target, "it leads to the Service of the chart")
        notes.translated((*path[:3], "host"), target)


def _read_certificates(notes: Notes, ingress: Manifest) -> None:
    extra: list[dict[str, Any]] = []
    hostname = notes.draft.get("values.ingress.hostname")
    for index, entry in indexed_mappings(ingress.list("spec", "tls")):
        path = ("spec", "tls", index)
        if entry.get("hosts") == [hostname] and entry.get("secretName") and not notes.draft.get("values.ingress.tls"):
            notes.draft.put("values.ingress.tls", True)
            notes.draft.put("values.ingress.existingSecret", entry["secretName"])
            notes.translated(path, ("values.ingress.tls", "values.ingress.existingSecret"))
        else:
            extra.append({key: entry[key] for key in ("hosts", "secretName") if entry.get(key)})
            notes.draft.put("values.ingress.extraTls", extra)
            notes.translated(path, "values.ingress.extraTls")


def translate_route(notes: Notes, route: Manifest, service: str) -> None:
    """Translate the HTTPRoute that the chart's own one replaces."""
    translate_metadata(notes, "values.httpRoute.labels", "values.httpRoute.annotations")
    notes.dropped(("metadata", "name"), "the HTTPRoute has the name of all objects of the chart")
    notes.translated(("metadata", "namespace"), "namespace")
    notes.draft.put("values.httpRoute.enabled", True)
    notes.keep(("spec", "hostnames"), "values.httpRoute.hostnames")
    _read_parents(notes, route)
    rules = list(list_mappings(route.list("spec", "rules")))
    if len(rules) != 1 or backends_of(route) != {service}:
        question = "the chart writes one rule, for all of the registry"
        notes.decide(
            ("spec", "rules"), question, ["set httpRoute.path and httpRoute.timeouts", "keep a route of its own"]
        )
        return
    path, rule = ("spec", "rules", 0), rules[0]
    notes.dropped((*path, "backendRefs"), "the route of the chart leads to its Service")
    notes.keep((*path, "timeouts", "request"), "values.httpRoute.timeouts.request")
    matches = list(list_mappings(rule.get("matches")))
    prefix = matches[0].get("path") if len(matches) == 1 and set(matches[0]) == {"path"} else None
    if isinstance(prefix, dict) and prefix.get("type", "PathPrefix") == "PathPrefix":
        notes.translate((*path, "matches"), "values.httpRoute.path", prefix.get("value", "/"))


def _read_parents(notes: Notes, route: Manifest) -> None:
    known, parents = ("name", "namespace", "sectionName", "port"), []
    for index, parent in indexed_mappings(route.list("spec", "parentRefs")):
        path = ("spec", "parentRefs", index)
        notes.translated(path, "values.httpRoute.parentRefs")
        for key in ("kind", "group"):
            notes.dropped((*path, key), "it is a Gateway")
        parents.append({key: parent[key] for key in known if key in parent})
    notes.draft.put("values.httpRoute.parentRefs", parents)

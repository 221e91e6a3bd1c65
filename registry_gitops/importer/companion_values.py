"""Objects around a registry that the chart renders too: its autoscaler, its garbage collection, and others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from registry_gitops.documents import Manifest, Path
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.mappings import indexed_mappings, list_mappings
from registry_gitops.importer.object_metadata import translate_metadata
from registry_gitops.importer.registry_workloads import RegistryWorkload

_OWN: Final = "the chart's object is for its own Pods"
_OWN_LABELS: Final = "the chart sets labels of its own"
_COLLECTOR: Final = ("spec", "jobTemplate", "spec", "template", "spec")
_METRICS_PORTS: Final = ("5001", "metrics", "debug", "http-metrics")

Translate = Callable[[Notes], None]


def find_companions(workload: RegistryWorkload, service: Manifest | None) -> Iterator[tuple[Manifest, Translate]]:
    """Yield the objects that the chart renders instead, each with what translates it; `service` is the registry's."""
    for manifest in workload.others:
        selected = manifest.mapping("spec", "selector", "matchLabels")
        match manifest.group_kind:
            case "HorizontalPodAutoscaler.autoscaling" if _scales(manifest, workload):
                yield manifest, _read_autoscaler
            case "PodDisruptionBudget.policy" if workload.has_labels(selected):
                yield manifest, _read_budget
            case "CronJob.batch" if _collects(manifest):
                yield manifest, _read_collection
            case "NetworkPolicy.networking.k8s.io" if _is_for(manifest, workload):
                yield manifest, _read_policy
            case "ServiceMonitor.monitoring.coreos.com" if service and _has(service, selected):
                yield manifest, lambda notes: _read_monitor(notes, "serviceMonitor", "endpoints")
            case "PodMonitor.monitoring.coreos.com" if workload.has_labels(selected):
                yield manifest, lambda notes: _read_monitor(notes, "podMonitor", "podMetricsEndpoints")
            case _:
                pass


def _has(service: Manifest, labels: Mapping[str, Any]) -> bool:
    return bool(labels) and labels.items() <= service.mapping("metadata", "labels").items()


def _is_for(policy: Manifest, workload: RegistryWorkload) -> bool:
    selector = policy.mapping("spec", "podSelector")
    labels = policy.mapping("spec", "podSelector", "matchLabels")
    return set(selector) == {"matchLabels"} and workload.has_labels(labels)


def _scales(manifest: Manifest, workload: RegistryWorkload) -> bool:
    target = manifest.mapping("spec", "scaleTargetRef")
    return (target.get("kind"), target.get("name")) == (workload.manifest.kind, workload.manifest.name)


def _collects(manifest: Manifest) -> bool:
    return any("garbage-collect" in word for _, container in _collectors(manifest.value) for word in _words(container))


def _collectors(cron_job: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for step in _COLLECTOR:
        cron_job = cron_job.get(step) if isinstance(cron_job, Mapping) else None
    return indexed_mappings(cron_job.get("containers") if isinstance(cron_job, Mapping) else None)


def _words(container: Mapping[str, Any]) -> list[str]:
    """Return the words of a container's command; those of a shell's script are words too."""
    lists = [container.get(key) for key in ("command", "args")]
    texts = [str(text) for each in lists if isinstance(each, list) for text in each]
    return [word for text in texts for word in text.split()]


def _read_metadata(notes: Notes) -> None:
    translate_metadata(notes)
    notes.dropped(("metadata", "name"), "the chart names its objects")
    notes.dropped(("metadata", "labels"), _OWN_LABELS)
    notes.translated(("metadata", "namespace"), "namespace")


def _read_autoscaler(notes: Notes) -> None:
    _read_metadata(notes)
    section, draft = "values.autoscaling", notes.draft
    draft.put(f"{section}.enabled", True)
    notes.translated(("spec", "scaleTargetRef"), f"{section}.enabled", "the chart's autoscaler is for its Deployment")
    draft.put(f"{section}.minReplicas", 1)
    draft.put(f"{section}.targetCPUUtilizationPercentage", None)
    for key in ("minReplicas", "maxReplicas", "targetCPUUtilizationPercentage", "behavior"):
        notes.keep(("spec", key), f"{section}.{key}")
    for index, metric in indexed_mappings(notes.get("spec", "metrics")):
        _read_metric(notes, ("spec", "metrics", index), metric)
    if not notes.get("spec", "metrics") and not notes.get("spec", "targetCPUUtilizationPercentage"):
        draft.put(f"{section}.targetCPUUtilizationPercentage", 80)
        draft.differences.append("autoscaling has the target that Kubernetes sets if there is none: 80 % of the CPU")
    draft.translate_again("values.replicaCount", (f"{section}.enabled",), "the autoscaler sets the number of Pods")
    draft.remove("values.replicaCount")


def _read_metric(notes: Notes, path: Path, metric: Mapping[str, Any]) -> None:
    resource = metric.get("resource")
    resource = resource if isinstance(resource, Mapping) else {}
    target = resource.get("target")
    percent = target.get("averageUtilization") if isinstance(target, Mapping) else None
    percent = resource.get("targetAverageUtilization") if percent is None else percent
    key = {"cpu": "targetCPUUtilizationPercentage", "memory": "targetMemoryUtilizationPercentage"}.get(
        str(resource.get("name"))
    )
    if key and percent is not None:
        notes.translate(path, f"values.autoscaling.{key}", percent)
    else:
        options = ["leave it out", "keep the autoscaler, without values.autoscaling"]
        notes.decide(path, "the chart scales by the average use of CPU and memory in percent only", options)


def _read_budget(notes: Notes) -> None:
    _read_metadata(notes)
    notes.draft.put("values.pdb.enabled", True)
    notes.translated(("spec", "selector"), "values.pdb.enabled", _OWN)
    for key in ("minAvailable", "maxUnavailable"):
        notes.keep(("spec", key), f"values.pdb.{key}")


def _read_collection(notes: Notes) -> None:
    section = "values.garbageCollection"
    words = [word for _, container in _collectors(notes.data) for word in _words(container)]
    if notes.get("spec", "suspend") is True or {"--dry-run", "-d"} & set(words):
        notes.dropped((), "it deletes nothing: it is suspended, or a dry run")
        return
    notes.draft.put(f"{section}.enabled", True)
    notes.translated((), f"{section}.enabled", "the chart's job makes the registry read-only first, so no push is lost")
    _read_metadata(notes)
    notes.keep(("spec", "schedule"), f"{section}.schedule")
    zone = notes.get("spec", "timeZone")
    if zone not in (None, "UTC", "Etc/UTC"):
        options = ["write the same time in UTC", "leave it as it is"]
        notes.decide(("spec", "timeZone"), f"{section}.schedule is in UTC", options)
    if any(word.startswith(("--delete-untagged", "-m")) for word in words):
        notes.draft.put(f"{section}.deleteUntagged", True)
    for index, _ in _collectors(notes.data):
        path = (*_COLLECTOR, "containers", index, "resources")
        if notes.get(*path):
            notes.keep(path, f"{section}.resources")


def _read_policy(notes: Notes) -> None:
    _read_metadata(notes)
    section = "values.networkPolicy"
    notes.draft.put(f"{section}.enabled", True)
    for key in ("podSelector", "policyTypes"):
        notes.translated(("spec", key), f"{section}.enabled", _OWN)
    if not notes.get("spec", "ingress"):
        options = ["set networkPolicy.ingressFrom to those who use the registry", "leave it out"]
        notes.decide(("spec", "policyTypes"), "it lets no client in, and the chart's policy lets everyone in", options)
    everyone: set[str] = set()
    for index, rule in indexed_mappings(notes.get("spec", "ingress")):
        _read_clients(notes, ("spec", "ingress", index), rule, everyone)
    for target in everyone:
        notes.draft.remove(target)
    for index, rule in indexed_mappings(notes.get("spec", "egress")):
        notes.kept(("spec", "egress", index), notes.draft.append(f"{section}.egress", rule))
    if "Egress" in (notes.get("spec", "policyTypes") or ()) and not notes.get("spec", "egress"):
        options = ["set networkPolicy.egress to what the registry needs", "leave it out"]
        notes.decide(("spec", "policyTypes"), "it lets the registry connect to nothing", options)


def _read_clients(notes: Notes, path: Path, rule: Mapping[str, Any], everyone: set[str]) -> None:
    """Read a rule about who connects; the targets that everyone reaches are added to `everyone`."""
    ports = {str(each.get("port")) for each in list_mappings(rule.get("ports"))}
    kinds = ["metricsFrom" if port in _METRICS_PORTS else "ingressFrom" for port in sorted(ports)] or ["ingressFrom"]
    for target in dict.fromkeys(f"values.networkPolicy.{kind}" for kind in kinds):
        clients = list_mappings(rule.get("from"))
        for client in clients:
            notes.draft.append(target, client)
        if not clients:
            everyone.add(target)
        how = "the chart opens the ports of its Service"
        notes.translated(path, target if clients else "values.networkPolicy.enabled", how)


def _read_monitor(notes: Notes, kind: str, endpoints: str) -> None:
    section = f"values.metrics.{kind}"
    translate_metadata(notes)
    notes.dropped(("metadata", "name"), "the chart names its objects")
    notes.keep(("metadata", "labels"), f"{section}.labels")
    if notes.get("metadata", "namespace") in (None, notes.draft.namespace):
        notes.translated(("metadata", "namespace"), "namespace")
    else:
        notes.keep(("metadata", "namespace"), f"{section}.namespace")
    notes.draft.put("values.metrics.enabled", True)
    notes.draft.put(f"{section}.enabled", True)
    for key in ("selector", "namespaceSelector"):
        notes.translated(("spec", key), f"{section}.enabled", _OWN)
    for index, _ in list(indexed_mappings(notes.get("spec", endpoints)))[:1]:
        path = ("spec", endpoints, index)
        for key in ("port", "targetPort", "path", "scheme"):
            notes.dropped((*path, key), "the chart names the port and the path of its metrics")
        for key in ("interval", "scrapeTimeout"):
            notes.keep((*path, key), f"{section}.{key}")

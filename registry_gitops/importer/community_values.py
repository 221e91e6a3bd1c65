"""The values of the community's docker-registry chart (twuni, and stable before it) as ours.

What its templates make of a value counts, not its name: a value that they do not read is dropped, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from registry_gitops.documents import Path, is_decided_later
from registry_gitops.importer.community_settings import registry_settings
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.image_names import translate_image
from registry_gitops.importer.input_keys import leaves_with_path
from registry_gitops.importer.registry_releases import ChartOrigin
from registry_gitops.importer.upload_secret import share_upload_secret
from registry_gitops.masking import show_key
from registry_gitops.rules import COMMUNITY_CHART_KEYS
from registry_gitops.values import CLASS_ANNOTATION, RegistryValues

_MOVED: Final[Mapping[Path, str]] = {
    ("replicaCount",): "replicaCount",
    ("podAnnotations",): "podAnnotations",
    ("podLabels",): "podLabels",
    ("serviceAccount", "create"): "serviceAccount.create",
    ("serviceAccount", "name"): "serviceAccount.name",
    ("serviceAccount", "annotations"): "serviceAccount.annotations",
    ("priorityClassName",): "priorityClassName",
    ("nodeSelector",): "nodeSelector",
    ("affinity",): "affinity",
    ("tolerations",): "tolerations",
    ("initContainers",): "initContainers",
    ("nameOverride",): "nameOverride",
    ("fullnameOverride",): "fullnameOverride",
    ("containerSecurityContext",): "containerSecurityContext",
    ("securityContext",): "podSecurityContext",
    ("service", "type"): "service.type",
    ("service", "port"): "service.ports.http",
    ("service", "annotations"): "service.annotations",
    ("service", "labels"): "service.labels",
    ("service", "sessionAffinity"): "service.sessionAffinity",
    ("ingress", "enabled"): "ingress.enabled",
    ("ingress", "path"): "ingress.path",
    ("ingress", "annotations"): "ingress.annotations",
    ("garbageCollect", "enabled"): "garbageCollection.enabled",
    ("garbageCollect", "schedule"): "garbageCollection.schedule",
    ("garbageCollect", "deleteUntagged"): "garbageCollection.deleteUntagged",
    ("garbageCollect", "resources"): "garbageCollection.resources",
    ("autoscaling",): "autoscaling",
    ("metrics", "enabled"): "metrics.enabled",
    ("metrics", "port"): "metrics.port",
    ("metrics", "serviceMonitor"): "metrics.serviceMonitor",
    ("metrics", "prometheusRule", "enabled"): "metrics.prometheusRule.enabled",
    ("metrics", "prometheusRule", "labels"): "metrics.prometheusRule.labels",
}
"""Values that both charts have, under the same key or another one."""

_OURS: Final = {"garbageCollect": "garbageCollection"}
"""Section -> our name of it, if that is another one."""

_FOR_TYPE: Final = {
    "nodePort": ("service.nodePorts.http", "NodePort"),
    "clusterIP": ("service.clusterIP", "ClusterIP"),
    "loadBalancerIP": ("service.loadBalancerIP", "LoadBalancer"),
    "loadBalancerSourceRanges": ("service.loadBalancerSourceRanges", "LoadBalancer"),
}
"""Key of `service` -> ours, and the type of the Service without which their chart ignores it."""

_DEFAULTS_IN_USE: Final[Mapping[str, Mapping[str, tuple[str, Any]]]] = {
    "autoscaling": {
        "minReplicas": ("autoscaling.minReplicas", 1),
        "maxReplicas": ("autoscaling.maxReplicas", 2),
        "targetCPUUtilizationPercentage": ("autoscaling.targetCPUUtilizationPercentage", 60),
        "targetMemoryUtilizationPercentage": ("autoscaling.targetMemoryUtilizationPercentage", 60),
    },
    "garbageCollect": {
        "schedule": ("garbageCollection.schedule", "0 1 * * *"),
        "deleteUntagged": ("garbageCollection.deleteUntagged", True),
    },
}
"""Section with a switch -> key -> ours, and the default of their chart, which is another one than ours."""

_DEFAULT_HOST: Final = "chart-example.local"
"""Host of their Ingress, if the values have none."""

EMPTY_VALUES: Final[tuple[Any, ...]] = (None, "", {}, [])
_NOT_READ: Final = "the community's chart does not read it, so it had no effect"
_ONLY_THESE: Final = "the requests and limits that our chart has by default are taken out"
_EMPTY: Final = "it is empty, which changes nothing"


def translate_community_values(notes: Notes, chart: ChartOrigin, *, is_known_chart: bool) -> None:
    """Put what the values of a release, or of a values file, make of the community's chart into the draft."""
    _drop_empty(notes)
    settings = registry_settings(notes)
    for path, target in _MOVED.items():
        if notes.get(*path) not in EMPTY_VALUES:
            notes.keep(path, f"values.{target}")
    for translate in (_names, _pods, _service, _ingress, _tls, _persistence, _metrics, _budget):
        translate(notes)
    translate_image(notes, ("image",))
    for section in ("ingress", "autoscaling", "garbageCollect", "metrics"):
        if not _is_on(notes, section):
            notes.dropped((section,), f"it has no effect while {section}.enabled is not true")
            notes.draft.remove(f"values.{_OURS.get(section, section)}")
    settings.translate()
    share_upload_secret(notes.draft)
    for section, defaults in _DEFAULTS_IN_USE.items():
        for key, (target, value) in defaults.items() if _is_on(notes, section) else ():
            if notes.get(section, key) is None:
                notes.draft.put(f"values.{target}", value)
    _default_class(notes, chart)
    _unread(notes, is_known_chart=is_known_chart)
    _tell_differences(notes)


def _is_on(notes: Notes, section: str) -> bool:
    return notes.get(section, "enabled") not in (None, False)


def _drop_empty(notes: Notes) -> None:
    """Drop the values that are empty, as the chart's own defaults are. The translations replace what they note."""
    for key, path in leaves_with_path(notes.tree):
        if key.value in EMPTY_VALUES:
            notes.dropped(path, _EMPTY)


def _has_several(notes: Notes) -> bool:
    count = notes.get("replicaCount")
    return _is_on(notes, "autoscaling") or (isinstance(count, int) and count > 1)


def _names(notes: Notes) -> None:
    if notes.get("namespace"):
        namespace = notes.get("namespace")
        if namespace == notes.draft.namespace:
            notes.dropped(("namespace",), "it is the namespace of the release")
        else:
            how = "their chart puts most objects into this namespace, ours puts all"
            notes.translate(("namespace",), "release.targetNamespace", namespace, how)
    for key, what in ((("deployment", "annotations"), "Deployment"), (("ingress", "labels"), "Ingress")):
        kind = key[1]
        if notes.get(*key):
            how = f"{kind} of every object, not of the {what} alone"
            notes.translate(key, f"values.common{kind.capitalize()}", notes.get(*key), how)


def _pods(notes: Notes) -> None:
    names = notes.get("imagePullSecrets")
    if isinstance(names, list) and names:
        listed = [each.get("name") if isinstance(each, dict) else each for each in names]
        notes.translate(("imagePullSecrets",), "values.image.pullSecrets", listed, "a list of names")
    if notes.get("resources"):
        notes.translate(("resources",), "values.resources", _resources(notes.get("resources")), _ONLY_THESE)
    if notes.get("updateStrategy"):
        notes.keep(("updateStrategy",), "values.updateStrategy")
    for key in ("podAnnotations", "podLabels"):
        if notes.below("garbageCollect", key).tree:
            how = f"{key} of the Pods of the registry and of the collection: ours has none for the collection alone"
            merged = {**notes.below(key).data, **notes.below("garbageCollect", key).data}
            notes.translate(("garbageCollect", key), f"values.{key}", merged, how)


def _resources(given: Any) -> Any:
    """Return resources with null for each that is not given, because our chart has defaults."""
    if not isinstance(given, dict):
        return given
    sections = {key: given.get(key) or {} for key in ("requests", "limits")}
    absent = {"cpu": None, "memory": None}
    return {**given, **{key: {**absent, **each} for key, each in sections.items() if isinstance(each, dict)}}


def _service(notes: Notes) -> None:
    kind = notes.get("service", "type") or "ClusterIP"
    for key, (target, needed) in _FOR_TYPE.items():
        if not notes.get("service", key):
            continue
        if kind == needed or is_decided_later(kind):
            notes.keep(("service", key), f"values.{target}")
        else:
            notes.dropped(("service", key), f"their chart reads it only if service.type is {needed}")
    notes.dropped(("service", "name"), "their chart does not read it: the Service has the full name of the release")
    notes.decide(
        ("service", "sessionAffinityConfig"),
        "the chart has no timeout of the session affinity: Kubernetes' default is 3 hours",
        ["leave it out", "write a Service of your own in values.extraDeploy"],
    )


def _ingress(notes: Notes) -> None:
    hosts = notes.get("ingress", "hosts")
    names = _host_names(hosts)
    if names is None:
        question = "the hosts are no list of names, which is what the community's chart reads"
        notes.decide(("ingress", "hosts"), question, ["write values.ingress.hostname and values.ingress.extraHosts"])
        names = []
    if names:
        path = notes.get("ingress", "path")
        notes.draft.put("values.ingress.hostname", names[0])
        extra = [{"name": name, **({"path": path} if path else {})} for name in names[1:]]
        targets = ["values.ingress.hostname"]
        if extra:
            notes.draft.put("values.ingress.extraHosts", extra)
            targets.append("values.ingress.extraHosts")
        notes.translated(("ingress", "hosts"), targets, "the first host, and the others")
    elif _is_on(notes, "ingress") and "hosts" not in notes.below("ingress").tree:
        notes.draft.put("values.ingress.hostname", _DEFAULT_HOST)
        notes.draft.differences.append(f"the host {_DEFAULT_HOST} is the default of their chart, where ours has none")
    _ingress_tls(notes, names)
    name = notes.get("ingress", "className")
    annotations = notes.below("ingress", "annotations").data
    if name and CLASS_ANNOTATION in annotations:
        rest = {key: value for key, value in annotations.items() if key != CLASS_ANNOTATION}
        notes.draft.remove("values.ingress.annotations")
        if rest:
            notes.draft.put("values.ingress.annotations", rest)
        why = "ingress.className names the class, and Kubernetes refuses both for a new Ingress"
        notes.dropped(("ingress", "annotations", CLASS_ANNOTATION), why)
    if name:
        notes.translate(("ingress", "className"), "values.ingress.ingressClassName", name)


def _host_names(hosts: Any) -> list[str] | None:
    """Return the names of hosts, as the chart reads them, or as people write them in other charts' style."""
    listed = [hosts] if isinstance(hosts, str) else hosts or []
    if not isinstance(listed, list):
        return None
    names = [each.get("host") or each.get("name") if isinstance(each, dict) else each for each in listed]
    texts = [name for name in names if isinstance(name, str)]
    return texts if len(texts) == len(names) else None


def _ingress_tls(notes: Notes, names: list[str]) -> None:
    entries = notes.get("ingress", "tls")
    if not isinstance(entries, list):
        if entries not in (None, False, {}):
            question = "tls is no list of hosts and secretName, which is what the community's chart reads"
            options = ["write values.ingress.tls: true, and values.ingress.existingSecret"]
            notes.decide(("ingress", "tls"), question, options)
        return
    for index, entry in notes.entries("ingress", "tls"):
        hosts, secret = entry.get("hosts") or [], entry.get("secretName")
        if names and secret and hosts == names[:1] and not notes.draft.get("values.ingress.tls"):
            notes.draft.put("values.ingress.tls", True)
            notes.draft.put("values.ingress.existingSecret", secret)
            targets = ("values.ingress.tls", "values.ingress.existingSecret")
            notes.translated(("ingress", "tls", index), targets, "the certificate of the first host")
            continue
        extra = [*(notes.draft.get("values.ingress.extraTls") or []), entry]
        notes.draft.put("values.ingress.extraTls", extra)
        notes.translated(("ingress", "tls", index), f"values.ingress.extraTls[{len(extra) - 1}]")


def _default_class(notes: Notes, chart: ChartOrigin) -> None:
    """Write the class that newer versions of their chart have by default. An empty one is that of the cluster."""
    ingress = notes.below("ingress").tree
    has_class = "className" in ingress or CLASS_ANNOTATION in notes.below("ingress", "annotations").tree
    if _is_on(notes, "ingress") and not has_class and (chart.major is None or chart.major >= 2):
        notes.draft.put("values.ingress.ingressClassName", "nginx")


def _tls(notes: Notes) -> None:
    if name := notes.get("tlsSecretName"):
        notes.draft.put("values.tls.enabled", True)
        notes.translate(("tlsSecretName",), "values.tls.existingSecret", name, "with values.tls.enabled")


def _persistence(notes: Notes) -> None:
    storage = notes.text("storage") or "filesystem"
    if storage != "filesystem" and not is_decided_later(storage):
        for key in ("enabled", "size", "accessMode", "storageClass", "existingClaim"):
            notes.dropped(("persistence", key), f"the images are in {storage}, so that no Pod mounts a volume for them")
        return
    draft, old_claim = notes.draft, notes.get("persistence", "existingClaim")
    if not _is_on(notes, "persistence"):
        draft.put("values.persistence.enabled", False)
        notes.kept(("persistence", "enabled"), "values.persistence.enabled")
        for key in ("size", "accessMode", "storageClass", "existingClaim"):
            notes.dropped(("persistence", key), "it has no effect while persistence.enabled is not true")
        return
    for key in ("enabled", "size", "storageClass"):
        notes.keep(("persistence", key), f"values.persistence.{key}")
    if mode := notes.get("persistence", "accessMode"):
        modes = mode if isinstance(mode, list) else [mode]
        notes.translate(("persistence", "accessMode"), "values.persistence.accessModes", modes, "a list")
    if old_claim:
        notes.keep(("persistence", "existingClaim"), "values.persistence.existingClaim")


def _metrics(notes: Notes) -> None:
    rules = notes.get("metrics", "prometheusRule", "rules")
    if rules and isinstance(rules, list):
        notes.keep(("metrics", "prometheusRule", "rules"), "values.metrics.prometheusRule.rules")
    elif rules is not None:
        notes.dropped(("metrics", "prometheusRule", "rules"), "it is no list of rules: ours has alerts of its own then")


def _budget(notes: Notes) -> None:
    for key in ("minAvailable", "maxUnavailable"):
        if notes.get("podDisruptionBudget", key) is not None:
            notes.draft.put("values.pdb.enabled", True)
            notes.keep(("podDisruptionBudget", key), f"values.pdb.{key}")


def _unread(notes: Notes, *, is_known_chart: bool) -> None:
    """Note the keys that their chart does not have, at the top level and in the sections that never changed."""
    for key, value in notes.data.items():
        known = COMMUNITY_CHART_KEYS.get(key)
        if known is None:
            _unread_key(notes, (key,), is_known_chart=is_known_chart or key == "global" or key.startswith(("_", "x-")))
        elif known and isinstance(value, dict):
            for inner in (each for each in value if each not in known):
                _unread_key(notes, (key, inner), is_known_chart=is_known_chart)


def _unread_key(notes: Notes, path: tuple[str, ...], /, *, is_known_chart: bool) -> None:
    dotted = ".".join(path)
    hint = RegistryValues.instead.get(dotted) or RegistryValues.instead.get(path[0])
    if notes.get(*path) in EMPTY_VALUES:
        return
    if is_known_chart:
        notes.dropped(path, _NOT_READ + (f"; for ours, {hint}" if hint else ""))
    else:
        question = f"the community's chart has no value {show_key(dotted)}: is this a fork of it?"
        notes.decide(path, question, [*([hint] if hint else []), "leave it out"])


_DIFFERENCES: Final[tuple[tuple[Callable[[Notes], bool], str], ...]] = (
    (
        lambda notes: not notes.get("resources"),
        "their chart requests nothing by default; ours requests 100m CPU and 128Mi, with limits of 500m and 512Mi: "
        "values.resources changes that",
    ),
    (
        lambda notes: notes.draft.get("values.persistence.enabled") is False,
        "the images are in an emptyDir, as before, and are lost with the Pod: values.persistence.enabled keeps them",
    ),
    (
        lambda notes: not notes.get("updateStrategy") and _is_on(notes, "persistence"),
        "a Deployment whose volume only one node can mount is recreated, not rolled over: values.updateStrategy",
    ),
    (
        lambda notes: notes.get("serviceAccount", "create") is None,
        "our chart creates a ServiceAccount for the Pods: values.serviceAccount.create",
    ),
    (
        lambda notes: _is_on(notes, "garbageCollect"),
        "garbage is collected while the registry is read-only: with one replica in its Pod, else by a Job that says so",
    ),
    (
        lambda notes: _is_on(notes, "proxy") and not notes.get("persistence", "deleteEnabled"),
        "the cache deletes what expires, which theirs does only with persistence.deleteEnabled",
    ),
    (
        lambda notes: _has_several(notes) and not notes.draft.get("values.cache.type"),
        "replicas have no cache in memory, because they do not see each other's deletions: values.cache.type",
    ),
    (
        lambda notes: not notes.get("configData", "log", "fields"),
        "log lines have no field `service: registry`: values.configuration.log.fields",
    ),
    (lambda notes: True, "the port of the Service is named http, not http-PORT or https-PORT"),
    (lambda notes: True, "labels and selectors are app.kubernetes.io/name and app.kubernetes.io/instance"),
)


def _tell_differences(notes: Notes) -> None:
    notes.draft.differences += (text for is_so, text in _DIFFERENCES if is_so(notes))

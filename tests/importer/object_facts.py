"""What clients, data, and nodes see of the objects of a registry, whichever chart they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import yaml

from registry_gitops.importer.config_variables import config_path_of, read_variable

Facts = dict[str, Any]

_AWS: Final = {"AWS_ACCESS_KEY_ID": "storage.s3.accesskey", "AWS_SECRET_ACCESS_KEY": "storage.s3.secretkey"}
_FILES: Final = (
    *("auth.htpasswd.path", "auth.token.rootcertbundle", "http.tls.certificate", "http.tls.key"),
    "storage.gcs.keyfile",
)
"""Keys of config.yml that name files, which each chart mounts at paths of its own."""


def facts_of(objects: Sequence[Any]) -> Facts:
    """What does not depend on the chart: dotted path -> value, sorted; sections that are not there are left out."""
    by_kind: dict[str, Any] = {}
    for each in objects:
        # More ConfigMaps hold scripts, and a second Service has the metrics.
        is_script = each["kind"] == "ConfigMap" and "config.yml" not in each["data"]
        if not is_script and not each["metadata"]["name"].endswith("-metrics"):
            by_kind.setdefault(each["kind"], each)
    pod = by_kind["Deployment"]["spec"]["template"]
    parts = {
        "service": _service(by_kind["Service"]["spec"], by_kind["Service"]["metadata"]),
        "ingress": _ingress(by_kind.get("Ingress")),
        "images": _images(by_kind.get("PersistentVolumeClaim"), pod["spec"]),
        "pod": _pod(pod, by_kind),
        "settings": _settings(by_kind, pod["spec"]["containers"][0]),
        "autoscaler": _autoscaler(by_kind.get("HorizontalPodAutoscaler")),
        "budget": _budget(by_kind.get("PodDisruptionBudget")),
        "collection": by_kind["CronJob"]["spec"]["schedule"] if "CronJob" in by_kind else None,
        "monitor": "ServiceMonitor" in by_kind,
    }
    return dict(sorted((key, value) for key, value in _flat(parts) if value not in (None, {}, [], False)))


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flat(item, f"{key}.{name}" if key else str(name))
    else:
        yield key, value


def _service(spec: dict[str, Any], metadata: dict[str, Any]) -> Facts:
    port = spec["ports"][0]
    kept = ("type", "clusterIP", "loadBalancerIP", "loadBalancerSourceRanges", "sessionAffinity")
    return {
        "name": metadata["name"],
        "port": port["port"],
        "nodePort": port.get("nodePort"),
        "annotations": metadata.get("annotations"),
        **{key: spec.get(key) for key in kept},
    }


def _ingress(ingress: Any) -> Facts | None:
    if not ingress:
        return None
    spec, annotations = ingress["spec"], ingress["metadata"].get("annotations") or {}
    return {
        "class": spec.get("ingressClassName") or annotations.get("kubernetes.io/ingress.class"),
        "hosts": sorted(rule["host"] for rule in spec["rules"]),
        "paths": sorted({path["path"] for rule in spec["rules"] for path in rule["http"]["paths"]}),
        "certificates": sorted(f"{each.get('secretName')}: {each.get('hosts')}" for each in spec.get("tls") or ()),
        "issuer": annotations.get("cert-manager.io/cluster-issuer"),
    }


def _images(claim: Any, pod: dict[str, Any]) -> Facts:
    """Where the images are: the claim, which is only of interest if a Pod mounts it."""
    mounts = pod["containers"][0].get("volumeMounts") or ()
    at = {mount["mountPath"].rstrip("/"): mount["name"] for mount in mounts}
    volume = next((each for each in pod.get("volumes") or () if each["name"] == at.get("/var/lib/registry")), None)
    if volume is None:
        return {"on": "object storage"}
    name = volume.get("persistentVolumeClaim", {}).get("claimName")
    if not name:
        return {"on": "emptyDir"}
    if not claim:
        return {"on": f"claim {name} of others"}
    spec = claim["spec"]
    size = spec["resources"]["requests"]["storage"]
    return {"on": f"claim {name}", "size": size, "modes": spec["accessModes"], "class": spec.get("storageClassName")}


def _pod(template: dict[str, Any], by_kind: dict[str, Any]) -> Facts:
    spec, labels = template["spec"], template["metadata"].get("annotations") or {}
    kept = ("nodeSelector", "tolerations", "affinity", "priorityClassName", "imagePullSecrets")
    container = spec["containers"][0]
    return {
        "replicas": None if "HorizontalPodAutoscaler" in by_kind else by_kind["Deployment"]["spec"].get("replicas"),
        "annotations": {key: value for key, value in labels.items() if not key.startswith("checksum/")},
        "init": [each["name"] for each in spec.get("initContainers") or ()],
        "group": (spec.get("securityContext") or {}).get("fsGroup"),
        "resources": container.get("resources") or None,
        **{key: spec.get(key) for key in kept},
    }


def _autoscaler(autoscaler: Any) -> Facts | None:
    if not autoscaler:
        return None
    spec = autoscaler["spec"]
    targets = {each["resource"]["name"]: each["resource"]["target"]["averageUtilization"] for each in spec["metrics"]}
    return {"from": spec["minReplicas"], "to": spec["maxReplicas"], **targets, "behavior": spec.get("behavior")}


def _budget(budget: Any) -> Facts | None:
    return {key: budget["spec"].get(key) for key in ("minAvailable", "maxUnavailable")} if budget else None


def _settings(by_kind: dict[str, Any], container: dict[str, Any]) -> Facts:
    """What the registry reads: config.yml, with the variables over it. A value from a Secret is `(secret)`."""
    config = dict(_flat(yaml.safe_load(by_kind["ConfigMap"]["data"]["config.yml"])))
    for variable in sorted(container.get("env") or (), key=lambda each: str(each["name"])):
        name, path = variable["name"], config_path_of(variable["name"])
        key = _AWS.get(name) or (".".join(map(str, path)) if path else f"variable {name}")
        if "valueFrom" in variable:
            config[key] = "(secret)"
        elif not isinstance(value := read_variable(path or (), variable["value"]), dict):
            config[key] = value
    return {key: "(file)" if key in _FILES else _text(value) for key, value in config.items()}


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, float | int) and not isinstance(value, bool) else value

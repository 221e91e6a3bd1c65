"""The normal form of an object: what the API server would make of it, so that only real differences remain.

A field with the API's default is left out, as is what is null or empty where that means the same as nothing, and the
labels with the versions of chart and registry, which are no change that anybody asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from registry_gitops.diff.plain_objects import PlainObject, look_up

_VERSION_LABELS: Final = ("app.kubernetes.io/version", "helm.sh/chart")

_Defaults = Mapping[str, Any]

_POD: Final[_Defaults] = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
    "enableServiceLinks": True,
    "hostNetwork": False,
    "hostPID": False,
    "hostIPC": False,
    "securityContext": {},
}
_CONTAINER: Final[_Defaults] = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "stdin": False,
    "stdinOnce": False,
    "tty": False,
    "workingDir": "",
}
_PROBE: Final[_Defaults] = {
    "initialDelaySeconds": 0,
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
}
_KIND_DEFAULTS: Final[Mapping[str, _Defaults]] = {
    "Deployment": {"revisionHistoryLimit": 10, "minReadySeconds": 0, "progressDeadlineSeconds": 600, "paused": False},
    "Service": {
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "internalTrafficPolicy": "Cluster",
        "publishNotReadyAddresses": False,
    },
    "PersistentVolumeClaim": {"volumeMode": "Filesystem"},
    "CronJob": {
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
        "concurrencyPolicy": "Allow",
    },
    "HorizontalPodAutoscaler": {"minReplicas": 1},
}
"""Defaults of `spec` by kind. Source: the defaulting functions of Kubernetes' API groups."""

_EMPTY_IS_NOTHING: Final = frozenset(
    (
        *("labels", "annotations", "nodeSelector", "tolerations", "affinity", "imagePullSecrets", "hostAliases"),
        *("env", "envFrom", "ports", "volumeMounts", "volumes", "initContainers", "command", "args", "resources"),
        *("limits", "requests", "topologySpreadConstraints", "finalizers", "data", "stringData", "externalIPs"),
    )
)
"""Fields that are the same if they are empty as if they are missing. Others can differ, such as `emptyDir: {}`."""


def normalize(plain: PlainObject) -> dict[str, Any]:
    """Return the normal form of an object; the object stays as it is."""
    normal: dict[str, Any] = _without_nothing(plain)
    labels = look_up(normal, "metadata", "labels", default={})
    for label in _VERSION_LABELS:
        labels.pop(label, None)
    if not labels:
        normal["metadata"].pop("labels", None)
    spec = normal.get("spec")
    if isinstance(spec, dict):
        _leave_out(spec, _KIND_DEFAULTS.get(normal["kind"], {}))
        _normalize_spec(normal["kind"], spec)
    return normal


def _without_nothing(value: Any) -> Any:
    """Return a copy without nulls, and without what is empty where that means nothing."""
    if isinstance(value, Mapping):
        copies = {key: _without_nothing(item) for key, item in value.items() if item is not None}
        return {key: item for key, item in copies.items() if item not in ({}, []) or key not in _EMPTY_IS_NOTHING}
    return [_without_nothing(item) for item in value] if isinstance(value, list) else value


def _leave_out(section: dict[str, Any], defaults: _Defaults) -> None:
    for key, default in defaults.items():
        # False == 0 in Python.
        if key in section and section[key] == default and type(section[key]) is type(default):
            del section[key]


def _normalize_spec(kind: str, spec: dict[str, Any]) -> None:
    if kind == "Service":
        for port in _dicts(spec.get("ports")):
            _leave_out(port, {"protocol": "TCP", "targetPort": port.get("port")})
    template = look_up(spec, "jobTemplate", "spec", "template") or spec.get("template")
    pod = look_up(template, "spec")
    if isinstance(pod, dict):
        normalize_pod(pod)


def normalize_pod(pod: dict[str, Any]) -> None:
    """Leave out the defaults of the spec of a Pod, in place."""
    _leave_out(pod, _POD)
    for name in ("containers", "initContainers"):
        for container in _dicts(pod.get(name)):
            _normalize_container(container)
    for volume in _dicts(pod.get("volumes")):
        for source in ("secret", "configMap", "projected", "downwardAPI"):
            _at(volume, source, lambda section: _leave_out(section, {"defaultMode": 420, "optional": False}))
        _at(volume, "hostPath", lambda section: _leave_out(section, {"type": ""}))


def _normalize_container(container: dict[str, Any]) -> None:
    _leave_out(container, {**_CONTAINER, "imagePullPolicy": _pull_policy(str(container.get("image", "")))})
    for port in _dicts(container.get("ports")):
        _leave_out(port, {"protocol": "TCP"})
    for mount in _dicts(container.get("volumeMounts")):
        _leave_out(mount, {"readOnly": False, "subPath": ""})
    for variable in _dicts(container.get("env")):
        _leave_out(variable, {"value": ""})
        _at(variable.get("valueFrom"), "fieldRef", lambda section: _leave_out(section, {"apiVersion": "v1"}))
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        _at(container, name, _normalize_probe)
    _at(container, "resources", _request_limits)


def _normalize_probe(probe: dict[str, Any]) -> None:
    _leave_out(probe, _PROBE)
    _at(probe, "httpGet", lambda request: _leave_out(request, {"scheme": "HTTP", "path": "/"}))


def _request_limits(resources: dict[str, Any]) -> None:
    """Request what is limited, unless another amount of it is requested."""
    limits = resources.get("limits")
    if isinstance(limits, dict):
        resources["requests"] = {**limits, **(resources.get("requests") or {})}


def _pull_policy(image: str) -> str:
    """Return the default of `imagePullPolicy`."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return "IfNotPresent" if digest or tag not in ("", "latest") else "Always"


def _dicts(items: Any) -> list[dict[str, Any]]:
    return [item for item in items or () if isinstance(item, dict)] if isinstance(items, list) else []


def _at(section: Any, key: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the mapping at a key, if there is one."""
    if isinstance(section, dict) and isinstance(section.get(key), dict):
        change(section[key])

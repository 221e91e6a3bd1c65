"""Fields that the API server requires though the schemas do not, or that must not be empty."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import Check, FieldRule

_FILL: Final = "write a value"


def _text(value: Any) -> Iterable[Problem]:
    return (Problem((), "the API server refuses an empty text here", _FILL),) if value == "" else ()


def _list(value: Any) -> Iterable[Problem]:
    return (Problem((), "the API server refuses an empty list here", "add an item"),) if value == [] else ()


def _needs(*keys: str) -> Check:
    """Return a check of a mapping without all of its fields. A patch can add them, and so this is a warning."""

    def check(value: Any) -> Iterable[Problem]:
        if type(value) is not dict:
            return
        for key in keys:
            if value.get(key) is None:
                message = f"the API server requires {key}, and it is missing"
                yield Problem((), message, f"add {key}", severity=Severity.WARNING)

    return check


def _selector(value: Any) -> Iterable[Problem]:
    if type(value) is dict and not value.get("matchLabels") and not value.get("matchExpressions"):
        # A kustomization can add labels to selectors.
        message = "the selector of a workload is empty"
        yield Problem((), message, "write the labels of the Pods into matchLabels", severity=Severity.WARNING)


def _utilization(value: Any) -> Iterable[Problem]:
    if type(value) is dict and value.get("type") == "Utilization" and value.get("averageUtilization") is None:
        message = "a target of the type Utilization needs averageUtilization"
        yield Problem(("type",), message, "add it, or change the type", severity=Severity.WARNING)


_HPA: Final = "HorizontalPodAutoscaler.autoscaling:spec."

REQUIRED_RULES: Final = (
    FieldRule(
        "required-value",
        "Fields that the API server requires have a value",
        Severity.ERROR,
        """A field that the API server requires is empty or missing, though the schema does not require it.

        Why: the API server refuses the object. A missing field is a warning, because a patch can add it.

        Source: https://github.com/tangcong/codis-operator/issues/16

        Bad: `persistentVolumeClaim: {claimName: ""}`   Good: `persistentVolumeClaim: {claimName: data}`
        """,
        {
            "container:name container:image container:volumeMounts[].name container:volumeMounts[].mountPath": _text,
            "container:env[].valueFrom.secretKeyRef.name container:env[].valueFrom.secretKeyRef.key": _text,
            "container:env[].valueFrom.configMapKeyRef.name container:env[].valueFrom.configMapKeyRef.key": _text,
            "container:envFrom[].secretRef.name container:envFrom[].configMapRef.name": _text,
            "pod:volumes[].name pod:volumes[].hostPath.path pod:volumes[].persistentVolumeClaim.claimName": _text,
            "pod:topologySpreadConstraints[].topologyKey podAffinity:topologyKey": _text,
            "backend:service.name StorageClass.storage.k8s.io:provisioner binding:roleRef.name": _text,
            "binding:subjects[].name": _text,
            f"{_HPA}scaleTargetRef.kind {_HPA}scaleTargetRef.name {_HPA}scaleTargetRef.apiVersion": _text,
            "PersistentVolume:spec.nfs.server PersistentVolume:spec.nfs.path": _text,
            "pod:containers Ingress.networking.k8s.io:spec.rules[].http.paths": _list,
            "container:env[].valueFrom.secretKeyRef container:env[].valueFrom.configMapKeyRef": _needs("name"),
            "container:envFrom[].secretRef container:envFrom[].configMapRef": _needs("name"),
            f"{_HPA}scaleTargetRef": _needs("apiVersion"),
            "Deployment.apps:spec.template StatefulSet.apps:spec.template DaemonSet.apps:spec.template": _needs("spec"),
            "Deployment.apps:spec.selector StatefulSet.apps:spec.selector DaemonSet.apps:spec.selector": _selector,
            f"{_HPA}metrics[].resource.target": _utilization,
        },
    ),
)

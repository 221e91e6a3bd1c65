"""Who set the fields of an object, by its `metadata.managedFields`: Flux, Kubernetes, a person, or a controller."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from registry_gitops.cluster.status.live_objects import Object, parse_time

FLUX: Final = ("helm-controller", "kustomize-controller")
"""Managers that make an object match Git."""
HELM_CLI: Final = "helm"
_COLLECTOR: Final = "garbage-collection"
"""The Job of the chart that makes the Deployment read-only."""
_KUBERNETES: Final = re.compile(
    r"kube-(?:controller-manager|scheduler|apiserver|proxy)|kubelet|kubelite|k3s|k0s|rke2|k8s-dqlite"
    r"|(?:.*-)?cloud-(?:controller-manager|provider).*|openshift.*|service-controller|glbc|gke-.*|eks.*|aks.*"
    r"|before-first-apply|unknown"
)
"""Managers that are Kubernetes itself, its cloud, or nobody in particular."""
_TOOLS: Final = re.compile(
    r"kubectl(?:-.*)?|oc|k9s|(?:open-?|free-?|k8s-?)?lens(?:-.*)?|node-fetch|rancher|headlamp.*|octant|kubenav|portainer"
    r"|(?:kubernetes-)?dashboard.*|mozilla|axios|curl|wget|python.*|openapi-generator|swagger-codegen"
    r"|flux|helm|helmfile|helmsman|okteto|skaffold|tilt|telepresence|terraform.*|hashicorp|opentofu.*|pulumi.*|ansible.*",
    re.IGNORECASE,
)
"""Managers that are programs which a person runs, or a script: the first word of their User-Agent."""
_TITLES: Final = {"node-fetch": "Lens (node-fetch)", "Mozilla": "a web console (Mozilla)", "helm": "the helm CLI"}
_HARMLESS: Final = ("restartedAt", "cattle.io/timestamp")
"""Annotations that `kubectl rollout restart`, and Rancher for the same, add to the Pod template."""
_SET_BY_CONTROLLERS: Final = (
    re.compile(r"spec\.template\.metadata\..*"),
    re.compile(r"spec\.template\.spec\.containers\[.*\]\.env\[STAKATER_.*\].*"),
    re.compile(r"spec\.(?:loadBalancerIP|loadBalancerClass|externalIPs|healthCheckNodePort|volumeName).*"),
    re.compile(r"(?:secrets|imagePullSecrets)(?:\[.*\])?.*"),
)
"""Fields that controllers set beside Flux as they should: injectors, Reloader, load balancers, pull secrets."""
_CONFIGURED_BY_ANNOTATIONS: Final = ("Service", "Ingress", "HTTPRoute")
_BOOKKEEPING: Final = re.compile(
    r"f:(?:kubectl\.kubernetes\.io|deployment\.kubernetes\.io|meta\.helm\.sh|[\w.]*cattle\.io|.*fluxcd\.io|"
    r"kubesphere\.io|openlens\.io)/.*"
)
"""Annotations with which tools keep books."""
_MAX_FIELDS: Final = 3


@dataclass(frozen=True)
class FieldChange:
    """Fields of an object that somebody else than Flux and Kubernetes set, and that Flux does not set too."""

    manager: str
    """Name of the field manager, such as kubectl-edit."""
    fields: tuple[str, ...]
    """Paths of the fields, such as spec.replicas."""
    time: datetime | None
    """When it last set one of them."""
    is_manual: bool
    """Whether the manager is a program that a person runs, and no controller."""

    def __str__(self) -> str:
        """Fields, manager, and time."""
        more = f" and {len(self.fields) - _MAX_FIELDS} more" if len(self.fields) > _MAX_FIELDS else ""
        when = f" at {self.time:%Y-%m-%dT%H:%M:%SZ}" if self.time else ""
        who = _TITLES.get(self.manager, self.manager)
        return f"{', '.join(self.fields[:_MAX_FIELDS])}{more} by {who}{when}"


def list_changes(thing: Object) -> list[FieldChange]:
    """Return the changes by others; Flux takes the fields back when it undoes one."""
    entries = [entry for entry in thing.items("metadata.managedFields") if entry.get("subresource") != "status"]
    by_flux = {path for entry in entries if entry.get("manager") in FLUX for path in _list_fields(entry, thing)}
    flux_time = max((entry.get("time") or "" for entry in entries if entry.get("manager") in FLUX), default="")
    changes = []
    for entry in entries:
        manager = str(entry.get("manager"))
        if manager in (*FLUX, _COLLECTOR) or _KUBERNETES.fullmatch(manager):
            continue
        # The command line of Helm may have installed what Flux adopted later.
        if manager == HELM_CLI and (entry.get("time") or "") <= flux_time:
            continue
        is_manual = _TOOLS.fullmatch(manager) is not None
        fields = [
            path for path in _list_fields(entry, thing) if path not in by_flux and _counts(path, is_manual=is_manual)
        ]
        if fields:
            changes.append(FieldChange(manager, tuple(fields), parse_time(entry.get("time")), is_manual))
    return changes


def list_owned_specs(thing: Object, *managers: str) -> list[Mapping[str, Any]]:
    """Return what managers own of the spec of an object, one map for each of their entries."""
    entries = thing.items("metadata.managedFields")
    return [Object(entry).map("fieldsV1.f:spec") for entry in entries if entry.get("manager") in managers]


def _counts(path: str, *, is_manual: bool) -> bool:
    """Return whether a field tells of a change. Controllers set some beside Flux as they should."""
    if any(path.endswith(name) for name in _HARMLESS):
        return False
    return is_manual or not any(pattern.fullmatch(path) for pattern in _SET_BY_CONTROLLERS)


def _list_fields(entry: Mapping[str, Any], thing: Object) -> Iterator[str]:
    """Yield the paths of the fields that an entry owns, without status and metadata, but for annotations that count."""
    fields: Mapping[str, Any] = entry.get("fieldsV1") or {}
    for key, inner in fields.items():
        if key.startswith("f:") and key not in ("f:metadata", "f:status"):
            yield from _list_leaves(inner, key.removeprefix("f:"))
    if thing.kind in _CONFIGURED_BY_ANNOTATIONS and _TOOLS.fullmatch(str(entry.get("manager"))):
        annotations = Object(fields).map("f:metadata.f:annotations")
        for key in annotations:
            if key != "." and not _BOOKKEEPING.fullmatch(key):
                yield f"metadata.annotations[{key.removeprefix('f:')}]"


def _list_leaves(fields: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the paths of a field set: `f:replicas` is spec.replicas, and a list item has its key in brackets."""
    inner = {key: value for key, value in fields.items() if key != "."}
    # The entry owns the item as a whole: its fields add nothing.
    if not inner or ("." in fields and path.endswith("]")):
        yield path
        return
    for key, value in inner.items():
        kind, _, name = key.partition(":")
        yield from _list_leaves(value, f"{path}.{name}" if kind == "f" else f"{path}[{_item_name(name)}]")


def _item_name(key: str) -> str:
    """Return `{"name":"registry"}` as registry."""
    return key.removeprefix('{"name":"').removesuffix('"}')

"""Fields that the API server never changes: an update of them is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.amounts import parse_quantity
from registry_gitops.diff.effect import Effect
from registry_gitops.diff.plain_objects import look_up
from registry_gitops.diff.verdict import ObjectUpdate, Verdict

_FIXED: Final[Mapping[str, tuple[str, ...]]] = {
    "Deployment": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
    "Job": ("spec.selector", "spec.template", "spec.completionMode", "spec.podFailurePolicy"),
    "PersistentVolumeClaim": (
        *("spec.accessModes", "spec.storageClassName", "spec.volumeName", "spec.volumeMode", "spec.selector"),
        *("spec.dataSource", "spec.dataSourceRef"),
    ),
    "Secret": ("type",),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "PriorityClass": ("value",),
    "IngressClass": ("spec.controller",),
}
"""Kind -> fields. Source: the validation of updates in Kubernetes' API groups."""

_BINARY_DATA: Final = ("data", "binaryData", "stringData", "immutable")


def judge_fixed_fields(update: ObjectUpdate) -> Verdict | None:
    """Return why the API server refuses an update; None if it does not."""
    kind = update.after["kind"]
    fixed = [name for path in _FIXED.get(kind, ()) for name in update.changed_fields(*path.split("."))]
    if update.before.get("immutable") is True:
        fixed += [name for path in _BINARY_DATA for name in update.changed_fields(path)]
    if kind == "Service":
        fixed += _fixed_fields_of_service(update)
    if fixed:
        subject = "an existing object keeps its" if len(fixed) == 1 else "an existing object keeps"
        return Verdict(Effect.REFUSED, f"{subject} {', '.join(dict.fromkeys(fixed))}")
    return _judge_size(update) if kind == "PersistentVolumeClaim" else None


def _fixed_fields_of_service(update: ObjectUpdate) -> Iterator[str]:
    before, after = (look_up(each, "spec", default={}) for each in (update.before, update.after))
    types = {each.get("type", "ClusterIP") for each in (before, after)}
    # Without a fixed address, it keeps the one that it has.
    if after.get("clusterIP", "") not in ("", before.get("clusterIP", "")) and "ExternalName" not in types:
        yield "spec.clusterIP"
    if types == {"LoadBalancer"} and before.get("loadBalancerClass") != after.get("loadBalancerClass"):
        yield "spec.loadBalancerClass"
    families = [each.get("ipFamilies") for each in (before, after)]
    if all(families) and families[0][0] != families[1][0]:
        yield "spec.ipFamilies"


def _judge_size(update: ObjectUpdate) -> Verdict | None:
    before, after = (_size(each) for each in (update.before, update.after))
    try:
        shrinks = parse_quantity(before) > parse_quantity(after)
    except ValueError:
        return None
    return Verdict(Effect.REFUSED, f"a claim cannot shrink from {before} to {after}") if shrinks else None


def _size(claim: Mapping[str, Any]) -> str:
    return str(look_up(claim, "spec", "resources", "requests", "storage", default=""))

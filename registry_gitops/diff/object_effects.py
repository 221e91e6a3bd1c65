"""What the creation, the update, and the deletion of an object do in the cluster, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from registry_gitops.deployment import PRUNE_ANNOTATION
from registry_gitops.diff.effect import Effect, worst_effect
from registry_gitops.diff.fixed_fields import judge_fixed_fields
from registry_gitops.diff.plain_objects import PlainObject, look_up
from registry_gitops.diff.verdict import ObjectUpdate, Verdict
from registry_gitops.diff.workload_effects import judge_workload

_WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet")

_STORAGE: Final = ("data", "config.yml", "storage")
_OF_STORAGE: Final = ("cache", "delete", "maintenance", "redirect", "tag")
"""Sections of `storage` in config.yml that are no driver: a change of them moves no image."""
_LOCATION: Final = frozenset(
    ("rootdirectory", "bucket", "container", "region", "regionendpoint", "accountname", "realm")
)
"""Settings of a driver that say where the images are."""
_BUILD: Final = ("postBuild", "patches", "images", "components", "namePrefix", "nameSuffix")
"""Fields of a Flux Kustomization that change what it makes of a directory."""

_CHART: Final = ("spec", "chart", "spec")
_OTHER_CHART: Final = Verdict(
    Effect.RESTARTS_PODS, "Flux upgrades the release if that is another chart, which can restart the Pods"
)


def judge_creation(plain: PlainObject) -> Verdict:
    """Return what the creation of an object does."""
    kind = plain["kind"]
    if kind in _WORKLOADS:
        return Verdict(Effect.NOTHING, "new Pods start")
    if kind == "PersistentVolumeClaim":
        return Verdict(Effect.NOTHING, "a new, empty claim")
    if kind == "Kustomization":
        return Verdict(Effect.NOTHING, "Flux starts to apply the directory")
    return Verdict(Effect.NOTHING, "new")


def judge_update(update: ObjectUpdate) -> Verdict:
    """Return what an update does."""
    return judge_fixed_fields(update) or _JUDGES.get(update.after["kind"], _judge_other)(update)


def judge_deletion(plain: PlainObject, *, by_flux: bool) -> Verdict:
    """Return what it does if an object is in the files no more: Flux prunes it, or Helm deletes it."""
    kind = plain["kind"]
    if by_flux and _annotation(plain, PRUNE_ANNOTATION) == "disabled":
        return Verdict(Effect.NOTHING, f"Flux leaves it: its annotation {PRUNE_ANNOTATION} is disabled")
    if kind == "Kustomization":
        return _judge_kustomization_deletion(plain)
    is_kept = not by_flux and _annotation(plain, "helm.sh/resource-policy") == "keep"
    if kind == "PersistentVolumeClaim":
        if is_kept:
            return Verdict(Effect.ORPHANS_DATA, "Helm keeps the claim with the images, and no Pod mounts it any more")
        return Verdict(Effect.DELETES_DATA, "Helm deletes the claim, and with most StorageClasses the images in it")
    if is_kept:
        return Verdict(Effect.NOTHING, "Helm keeps it: its annotation helm.sh/resource-policy is keep")
    if kind == "Namespace":
        return Verdict(Effect.DELETES_DATA, "Flux deletes the Namespace with everything in it")
    if kind in _WORKLOADS:
        return Verdict(Effect.STOPS_PODS, "its Pods end")
    if kind == "HelmRelease":
        return Verdict(Effect.STOPS_PODS, "Flux uninstalls the Helm release")
    return Verdict(Effect.NOTHING, "deleted")


def _judge_kustomization_deletion(plain: PlainObject) -> Verdict:
    policy = look_up(plain, "spec", "deletionPolicy", default="MirrorPrune")
    if policy == "Orphan" or (policy == "MirrorPrune" and look_up(plain, "spec", "prune") is not True):
        return Verdict(Effect.NOTHING, "Flux no longer applies the directory, and leaves what it has applied")
    return Verdict(Effect.STOPS_PODS, "Flux deletes what it has applied there, and uninstalls the release")


def _annotation(plain: PlainObject, name: str) -> str:
    return str(look_up(plain, "metadata", "annotations", name, default=""))


def _judge_claim(update: ObjectUpdate) -> Verdict:
    if update.changed_fields("spec", "resources"):
        return Verdict(Effect.NOTHING, "the claim grows, if its StorageClass allows it (allowVolumeExpansion)")
    return _judge_other(update)


def _judge_config_map(update: ObjectUpdate) -> Verdict:
    for each in update.differences:
        if each.starts_with(*_STORAGE) and _moves_images(each.path[len(_STORAGE) :]):
            return Verdict(Effect.ORPHANS_DATA, f"{each.name} changes: the images stay where they were")
    if update.changed_fields("data") or update.changed_fields("binaryData"):
        return Verdict(
            Effect.NOTHING, "Pods that run see it in their volumes within minutes, and else when they restart"
        )
    return _judge_other(update)


def _moves_images(path: tuple[str, ...]) -> bool:
    """Return whether a setting below `storage` is that of a driver and says where the images are."""
    # The chart mounts the volume at the directory of the driver `filesystem`, wherever that is.
    return path[0] not in _OF_STORAGE and (len(path) == 1 or (path[0] != "filesystem" and path[1] in _LOCATION))


def _judge_secret(update: ObjectUpdate) -> Verdict:
    return Verdict(Effect.NOTHING, "Pods that run see it in their volumes within minutes, and else when they restart")


def _judge_service(update: ObjectUpdate) -> Verdict:
    if update.changed_fields("spec", "ports"):
        return Verdict(Effect.NOTHING, "no Pod restarts, and clients must use the new port")
    return _judge_other(update)


def _judge_autoscaler(update: ObjectUpdate) -> Verdict:
    if update.changed_fields("spec", "minReplicas") or update.changed_fields("spec", "maxReplicas"):
        return Verdict(Effect.SCALES_PODS, "the autoscaler keeps the number of Pods in another range")
    return Verdict(Effect.NOTHING, "the autoscaler decides by other numbers")


def _judge_release(update: ObjectUpdate) -> Verdict:
    if look_up(update.after, "spec", "suspend") is True:
        return Verdict(Effect.NOTHING, "Flux changes nothing in the release while it is suspended")
    if look_up(update.before, "spec", "suspend") is True:
        return Verdict(Effect.NOTHING, "Flux resumes, and upgrades the release with all that changed in the meantime")
    if look_up(update.after, *_CHART, "sourceRef", "kind") == "HelmRepository" and update.changed_fields(*_CHART):
        return _OTHER_CHART
    if len(update.changed_fields("spec", "values")) == len(update.differences):
        return Verdict(Effect.NOTHING, "Flux upgrades the release with these values")
    return Verdict(Effect.NOTHING, "Flux manages the release by it")


def _judge_source(update: ObjectUpdate) -> Verdict:
    if update.changed_fields("spec", "ref") or update.changed_fields("spec", "url"):
        return _OTHER_CHART
    return _judge_other(update)


def _judge_kustomization(update: ObjectUpdate) -> Verdict:
    if look_up(update.after, "spec", "suspend") is True:
        return Verdict(Effect.NOTHING, "Flux applies nothing while it is suspended")
    if look_up(update.before, "spec", "suspend") is True:
        return Verdict(Effect.NOTHING, "Flux resumes, and applies all that changed in the directory in the meantime")
    if update.changed_fields("spec", "targetNamespace") or update.changed_fields("spec", "kubeConfig"):
        deletion = _judge_kustomization_deletion(update.before)
        reason = f"Flux applies the directory to another place; in the old one, {deletion.reason}"
        return Verdict(worst_effect((deletion.effect, Effect.RECREATES_OBJECT)), reason)
    if any(update.changed_fields("spec", key) for key in _BUILD):
        return Verdict(Effect.RESTARTS_PODS, "Flux makes other objects of the directory, which can restart the Pods")
    return _judge_other(update)


def _judge_other(update: ObjectUpdate) -> Verdict:
    return Verdict(Effect.NOTHING, "changed in place")


_JUDGES: Final[Mapping[str, Callable[[ObjectUpdate], Verdict]]] = {
    **dict.fromkeys(_WORKLOADS, judge_workload),
    "PersistentVolumeClaim": _judge_claim,
    "ConfigMap": _judge_config_map,
    "Secret": _judge_secret,
    "Service": _judge_service,
    "HorizontalPodAutoscaler": _judge_autoscaler,
    "HelmRelease": _judge_release,
    "HelmRepository": _judge_source,
    "OCIRepository": _judge_source,
    "Kustomization": _judge_kustomization,
}

"""What the update of a Deployment, or of another workload, does to its Pods and to their data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.diff.effect import Effect
from registry_gitops.diff.field_changes import Difference
from registry_gitops.diff.plain_objects import PlainObject, look_up
from registry_gitops.diff.verdict import ObjectUpdate, Verdict

_TEMPLATE: Final = ("spec", "template")
_CHECKSUMS: Final = (*_TEMPLATE, "metadata", "annotations")
_SHOWN: Final = 3
"""Fields that a reason names."""


def judge_workload(update: ObjectUpdate) -> Verdict:
    """Return what the update of a Deployment, StatefulSet, or DaemonSet does."""
    replicas = _replicas(update.before), _replicas(update.after)
    changed = [each for each in update.differences if each.starts_with(*_TEMPLATE)]
    if replicas[1] == 0 and replicas[0] > 0:
        return Verdict(Effect.STOPS_PODS, "spec.replicas is 0: all Pods end")
    if changed and any(replicas):
        return _judge_data(update) or _judge_restart(update, changed, replicas[1])
    if replicas[0] != replicas[1]:
        return Verdict(Effect.SCALES_PODS, _describe_scaling(update, *replicas))
    if changed:
        return Verdict(Effect.NOTHING, "there are no Pods: spec.replicas is 0")
    return Verdict(Effect.NOTHING, f"the Pods run on: only {_names(update.differences)} changes")


def _replicas(plain: PlainObject) -> int:
    """Return the number of Pods that the object asks for: without a number, the API server sets 1."""
    replicas = look_up(plain, "spec", "replicas", default=1)
    return replicas if isinstance(replicas, int) else 1


def _describe_scaling(update: ObjectUpdate, before: int, after: int) -> str:
    if look_up(update.after, "spec", "replicas") is None:
        return f"the API server sets 1 replica instead of {before}, until an autoscaler sets another number"
    return f"the number of Pods changes from {before} to {after}"


def _judge_restart(update: ObjectUpdate, changed: list[Difference], replicas: int) -> Verdict:
    what = _describe_template(changed)
    kind, spec = update.after["kind"], update.after["spec"]
    strategy = look_up(spec, "strategy" if kind == "Deployment" else "updateStrategy", default={})
    if strategy.get("type") == "OnDelete":
        return Verdict(Effect.NOTHING, f"{what}, which a Pod gets only after somebody deletes the old one")
    if strategy.get("type") == "Recreate":
        return Verdict(
            Effect.STOPS_PODS, f"{what}, and with the strategy Recreate the old Pods end before new ones start"
        )
    if kind != "Deployment" and replicas <= 1:
        return Verdict(Effect.STOPS_PODS, f"{what}, and a {kind} ends a Pod before it starts the new one")
    if kind == "Deployment" and _unavailable(strategy, replicas) >= replicas:
        return Verdict(
            Effect.STOPS_PODS, f"{what}, and maxUnavailable lets all {replicas} Pods end before new ones are ready"
        )
    return Verdict(Effect.RESTARTS_PODS, f"{what}: new Pods replace the old ones in turn")


def _unavailable(strategy: Mapping[str, Any], replicas: int) -> int:
    """Return how many Pods can be missing during a rollout: percentages are rounded down, those of maxSurge up."""
    rolling = look_up(strategy, "rollingUpdate", default={})
    unavailable = _amount(rolling.get("maxUnavailable", "25%"), replicas, math.floor)
    surge = _amount(rolling.get("maxSurge", "25%"), replicas, math.ceil)
    return unavailable if unavailable or surge else 1


def _amount(value: Any, replicas: int, rounded: Any) -> int:
    if isinstance(value, int):
        return value
    try:
        return int(rounded(int(str(value).removesuffix("%")) * replicas / 100))
    except ValueError:
        return 0


def _describe_template(changed: list[Difference]) -> str:
    """Return the change of the Pods in words: a checksum of the chart stands for the file that it is of."""
    checksums = [each.path[-1].removeprefix("checksum/") for each in changed if _is_checksum(each)]
    others = [each for each in changed if not _is_checksum(each)]
    words = [{"config": "config.yml", "htpasswd": "the password"}.get(name, name) for name in checksums]
    named = ", ".join(filter(None, (*words, _names(others))))
    return f"{named} {'changes' if len(changed) == 1 else 'change'}"


def _is_checksum(difference: Difference) -> bool:
    return difference.starts_with(*_CHECKSUMS) and difference.path[-1].startswith("checksum/")


def _names(differences: Any) -> str:
    names = [each.name.removeprefix("spec.template.").removeprefix("spec.") for each in differences]
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f", and {more} more" if more > 0 else "")


def _judge_data(update: ObjectUpdate) -> Verdict | None:
    """Return what becomes of data that the Pods mount: in another volume, nobody sees it."""
    before, after = (dict(_mounted(each)) for each in (update.before, update.after))
    kept = {_claim(volume) for volume in after.values()}
    for path, volume in before.items():
        if "emptyDir" in volume and path in _DATA_PATHS:
            return Verdict(Effect.DELETES_DATA, f"{path} is in the old Pods themselves, and ends with them")
        claim = _claim(volume)
        if claim and claim not in kept:
            return Verdict(Effect.ORPHANS_DATA, f"{path} was in the claim {claim}, which the new Pods do not mount")
    return None


_DATA_PATHS: Final = ("/var/lib/registry",)
"""Where the chart mounts the volume of the images."""


def _claim(volume: Mapping[str, Any]) -> str:
    return str(look_up(volume, "persistentVolumeClaim", "claimName", default=""))


def _mounted(plain: PlainObject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the path and the volume of each mount."""
    pod = look_up(plain, "spec", "template", "spec", default={})
    volumes = {volume.get("name"): volume for volume in pod.get("volumes") or ()}
    for container in pod.get("containers") or ():
        for mount in container.get("volumeMounts") or ():
            yield mount.get("mountPath", ""), volumes.get(mount.get("name"), {})

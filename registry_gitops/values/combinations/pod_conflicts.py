"""What users add to the Pod."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.chart_mounts import chart_mounts
from registry_gitops.values.conflicts import conflict_error
from registry_gitops.values.volumes import VolumeMount

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_pod_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what the API server refuses in a Pod, and mounts that hide what the registry needs."""
    own = chart_mounts(values)
    names = [volume.name for volume in values.extra_volumes]
    yield from _volumes(names, own)
    yield from _mounts("extraVolumeMounts", values.extra_volume_mounts, {*own, *names}, own)


def _volumes(names: Sequence[str], own: Mapping[str, str]) -> RuleErrors:
    for index, name in enumerate(names):
        if name in own:
            yield conflict_error("volume-name", index=index, name=name)
        elif name in names[:index]:
            yield conflict_error("volume-twice", index=index, name=name)


def _mounts(key: str, mounts: Iterable[VolumeMount], volumes: set[str], own: Mapping[str, str]) -> RuleErrors:
    """Yield what is wrong with the mounts of a container; `own` are those of the chart in it."""
    taken: set[str] = set()
    for index, mount in enumerate(mounts):
        path = _clean(mount.mount_path)
        hidden = [(volume, place) for volume, place in own.items() if _overlap(path, _clean(place))]
        if mount.name not in volumes:
            yield conflict_error("mount-volume", mounts=key, index=index, name=mount.name)
        if path in taken:
            yield conflict_error("mount-twice", mounts=key, index=index, path=path)
        for volume, place in hidden:
            yield conflict_error("mount-path", mounts=key, index=index, path=place, volume=volume)
        taken.add(path)


def _clean(path: str) -> str:
    return posixpath.normpath(f"/{path.lstrip('/')}")


def _overlap(path: str, other: str) -> bool:
    """Return whether one of the paths is the other one, or below it."""
    return f"{path}/".startswith(f"{other}/") or f"{other}/".startswith(f"{path}/")

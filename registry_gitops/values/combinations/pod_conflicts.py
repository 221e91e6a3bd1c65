"""What users add to the Pod."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.chart_pod import chart_containers, chart_mounts
from registry_gitops.values.conflicts import VOLUME_REMEDIES, conflict_error
from registry_gitops.values.env import EnvVar
from registry_gitops.values.sidecars import Sidecar
from registry_gitops.values.volumes import VolumeMount

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_pod_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what the API server refuses in a Pod, and what cannot work in it."""
    own = chart_mounts(values)
    names = [volume.name for volume in values.extra_volumes]
    volumes = {*own.values(), *names}
    yield from _volumes(names, set(own.values()))
    yield from _mounts("extraVolumeMounts", values.extra_volume_mounts, volumes, own)
    for key, index, container in _containers(values):
        yield from _mounts(f"{key}.{index}.volumeMounts", container.volume_mounts, volumes, {})
    yield from _names_and_ports(values)
    yield from _variables("extraEnvVars", values.extra_env_vars)
    for key, index, container in _containers(values):
        yield from _variables(f"{key}.{index}.env", container.env)
    if values.dns_policy == "None" and not values.dns_config.nameservers:
        yield conflict_error("dns-servers")
    yield from _objects(values)


def _volumes(names: Sequence[str], own: set[str]) -> RuleErrors:
    for index, name in enumerate(names):
        if name in own:
            yield conflict_error("volume-name", index=index, name=name, instead=VOLUME_REMEDIES.get(name, ""))
        elif name in names[:index]:
            yield conflict_error("volume-twice", index=index, name=name)


def _mounts(key: str, mounts: Iterable[VolumeMount], volumes: set[str], own: Mapping[str, str]) -> RuleErrors:
    """Yield what is wrong with the mounts of a container; `own` are the volumes of the chart by their path in it."""
    taken: set[str] = set()
    for index, mount in enumerate(mounts):
        path = _clean(mount.mount_path)
        hidden = [(place, volume) for place, volume in own.items() if _overlap(path, _clean(place))]
        if mount.name not in volumes:
            yield conflict_error("mount-volume", mounts=key, index=index, name=mount.name)
        if path in taken:
            yield conflict_error("mount-twice", mounts=key, index=index, path=path)
        for place, volume in hidden:
            words = {"path": place, "volume": volume, "instead": VOLUME_REMEDIES.get(volume, "")}
            yield conflict_error("mount-path", mounts=key, index=index, **words)
        taken.add(path)


def _clean(path: str) -> str:
    return posixpath.normpath(f"/{path.lstrip('/')}")


def _overlap(path: str, other: str) -> bool:
    """Return whether one of the paths is the other one, or below it."""
    return f"{path}/".startswith(f"{other}/") or f"{other}/".startswith(f"{path}/")


def _containers(values: RegistryValues) -> Iterator[tuple[str, int, Sidecar]]:
    """Yield the users' containers, each with its list and its index there."""
    yield from (("initContainers", index, container) for index, container in enumerate(values.init_containers))
    yield from (("sidecars", index, container) for index, container in enumerate(values.sidecars))


def _names_and_ports(values: RegistryValues) -> RuleErrors:
    own = chart_containers(values)
    holders = {("TCP", port): name for name, ports in own.items() for port in ports}
    names: set[str] = set()
    for key, index, container in _containers(values):
        if container.name in own:
            yield conflict_error("container-name", containers=key, index=index, name=container.name)
        elif container.name in names:
            yield conflict_error("container-twice", containers=key, index=index, name=container.name)
        names.add(container.name)
        for position, port in enumerate(container.ports):
            listening = (port.protocol or "TCP", port.container_port)
            if listening in holders:
                words = {"index": index, "position": position, "port": port.container_port}
                yield conflict_error("container-port", containers=key, holder=holders[listening], **words)
            holders[listening] = container.name


def _variables(key: str, variables: Sequence[EnvVar]) -> RuleErrors:
    names = [variable.name for variable in variables]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield conflict_error("variable-twice", variables=key, index=index)


def _objects(values: RegistryValues) -> RuleErrors:
    seen: set[tuple[str, ...]] = set()
    for index, manifest in enumerate(values.extra_deploy):
        metadata = manifest["metadata"]
        for field in ("name", "namespace"):
            if "{{" in str(metadata.get(field)):
                yield conflict_error("object-template", index=index, field=field)
        group = manifest["apiVersion"].rpartition("/")[0]
        identity = (group, manifest["kind"], metadata.get("namespace") or "", metadata["name"])
        if identity in seen:
            yield conflict_error("object-twice", index=index, kind=manifest["kind"], name=metadata["name"])
        seen.add(identity)

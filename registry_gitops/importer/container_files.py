"""Which Secret or ConfigMap a file of a container comes from, by the volumes of its Pod."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from registry_gitops.importer.mappings import list_mappings


class FileSource(NamedTuple):
    """A key of a Secret or ConfigMap that is a file in the container."""

    kind: Literal["Secret", "ConfigMap"]
    name: str
    """Name of the object."""
    key: str
    """Key whose value is the file."""


FindFile = Callable[[str], FileSource | None]
"""Returns what a path in the container is, or None if that is not known."""


def no_files(_: str) -> None:
    """Know no file."""


class MountedFiles:
    """The files of a container, as `volumes` of the Pod and `volumeMounts` of the container bring them."""

    def __init__(self, volumes: object, mounts: object) -> None:
        self._volumes = {str(volume.get("name")): volume for volume in list_mappings(volumes)}
        self._mounts = sorted(list_mappings(mounts), key=lambda mount: -len(str(mount.get("mountPath"))))
        self.used: set[str] = set()
        """Names of the volumes that a file was found in."""

    def __call__(self, file: str) -> FileSource | None:
        """Return where a file comes from, or None if it is not from a Secret or ConfigMap that is in sight."""
        for mount in self._mounts:
            at = posixpath.normpath(str(mount.get("mountPath")))
            if file != at and not file.startswith(f"{at.rstrip('/')}/"):
                continue
            name = str(mount.get("name"))
            inside = posixpath.join(str(mount.get("subPath") or ""), file[len(at) :].lstrip("/")).rstrip("/")
            found = _find_source(self._volumes.get(name, {}), inside)
            if found:
                self.used.add(name)
            return found
        return None

    def volume_at(self, directory: str) -> tuple[str, str] | None:
        """Return the name of the innermost volume that has a directory, and where it is mounted."""
        for mount in self._mounts:
            at = posixpath.normpath(str(mount.get("mountPath")))
            if f"{posixpath.normpath(directory)}/".startswith(f"{at.rstrip('/')}/"):
                return str(mount.get("name")), at
        return None


def _find_source(volume: dict[str, Any], inside: str) -> FileSource | None:
    """Return what a path in a volume is."""
    if isinstance(secret := volume.get("secret"), dict):
        return FileSource("Secret", str(secret.get("secretName")), _key(secret, inside))
    if isinstance(config := volume.get("configMap"), dict):
        return FileSource("ConfigMap", str(config.get("name")), _key(config, inside))
    projected = volume.get("projected")
    for source in list_mappings(projected.get("sources") if isinstance(projected, dict) else None):
        for kind, field in (("Secret", "secret"), ("ConfigMap", "configMap")):
            inner = source.get(field)
            paths = [item.get("path") for item in list_mappings(inner.get("items"))] if isinstance(inner, dict) else []
            if isinstance(inner, dict) and (not paths or inside in paths):
                return FileSource(kind, str(inner.get("name")), _key(inner, inside))  # type: ignore[arg-type]
    return None


def _key(source: dict[str, Any], inside: str) -> str:
    keys = [item.get("key") for item in list_mappings(source.get("items")) if item.get("path") == inside]
    return str(keys[0]) if keys else inside

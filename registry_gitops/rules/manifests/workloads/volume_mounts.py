"""Volumes as a container sees them: which one has a file, and which key of a ConfigMap or Secret the file is."""

from __future__ import annotations

import posixpath
from typing import Any, NamedTuple

from registry_gitops.documents import Path
from registry_gitops.rules.manifests.workloads.pods import items


class Mount(NamedTuple):
    """A volume that has a file or a directory of the container."""

    volume: dict[str, Any]
    entry: dict[str, Any]
    """The entry of volumeMounts."""
    path: Path
    """The path of the entry."""
    rest: str
    """The path of the file below the mounted directory."""

    def source(self, kind: str) -> dict[str, Any]:
        """Return what the volume is made of, such as configMap; empty if it is of another kind."""
        source = self.volume.get(kind)
        return source if isinstance(source, dict) else {}

    def key_of(self, kind: str) -> str:
        """Return the key that has the content of the file."""
        file = "/".join(filter(None, (str(self.entry.get("subPath") or ""), self.rest)))
        keys = [item.get("key") for _, item in items(self.source(kind).get("items")) if item.get("path") == file]
        return str(keys[0]) if keys else file


def find_mount(container: dict[str, Any], path: Path, volumes: dict[str, dict[str, Any]], file: str) -> Mount | None:
    """Return the innermost mount that has a file, or None."""
    found: Mount | None = None
    longest = -1
    for index, entry in items(container.get("volumeMounts")):
        at = posixpath.normpath(str(entry.get("mountPath")))
        if (file == at or file.startswith(f"{at.rstrip('/')}/")) and len(at) > longest:
            volume = volumes.get(str(entry.get("name")), {})
            found = Mount(volume, entry, (*path, "volumeMounts", index), file[len(at) :].lstrip("/"))
            longest = len(at)
    return found

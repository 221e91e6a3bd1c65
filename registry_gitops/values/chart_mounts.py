"""The volumes that the chart itself mounts into the registry's container: the areas of the chart agree, by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def chart_mounts(values: RegistryValues) -> dict[str, str]:
    """Return the path of each mount of the chart by the name of its volume; the users' own are not among them."""
    mounts = {"config": "/etc/distribution"}
    if values.auth.htpasswd.enabled:
        mounts["htpasswd"] = "/auth"
    storage = values.configuration.storage
    if storage.driver in (None, "filesystem"):
        mounts["data"] = (storage.filesystem and storage.filesystem.root_directory) or "/var/lib/registry"
    return mounts

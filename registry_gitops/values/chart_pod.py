"""What the chart itself puts into the registry's Pod: the areas of the chart agree, by a test.

What users add is not among it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def chart_mounts(values: RegistryValues) -> dict[str, str]:
    """Return the mounts of the chart in the registry's container: the path by the name of the volume."""
    mounts = {"config": "/etc/distribution"}
    if values.auth.htpasswd.enabled:
        mounts["htpasswd"] = "/auth"
    if values.auth.token.enabled and values.auth.token.existing_secret:
        mounts["token"] = "/token"
    if values.tls.enabled:
        mounts["tls"] = "/tls"
    if values.tls.enabled and values.tls.client_authentication.existing_secret:
        mounts["client-cas"] = "/client-cas"
    if values.extra_cas:
        mounts["extra-cas"] = "/extra-cas"
    mounts |= {f"extra-file-{index}": file.path for index, file in enumerate(values.extra_files)}
    storage = values.configuration.storage
    if values.driver == "filesystem":
        mounts["data"] = (storage.filesystem and storage.filesystem.root_directory) or "/var/lib/registry"
    if values.storage.type == "gcs" and values.storage.gcs.existing_secret:
        mounts["gcs"] = "/gcs"
    return mounts


def chart_containers(values: RegistryValues) -> dict[str, tuple[int, ...]]:
    """Return the containers of the chart, each with its TCP ports."""
    return {"registry": (registry_port(values),)}


def registry_port(values: RegistryValues) -> int:
    """Return the port on which the registry listens: the last part of `http.addr`."""
    http = values.configuration.http
    return int(http.addr.rpartition(":")[2]) if http and http.addr else 5000

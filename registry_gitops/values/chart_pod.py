"""What the chart itself puts into the registry's Pod: the areas of the chart agree, by a test.

What users add is not among it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.substitution import by_default

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def chart_mounts(values: RegistryValues) -> dict[str, str]:
    """Return the mounts of the chart in the registry's container: the volume by the path."""
    mounts = {"/etc/distribution": "config"}
    if values.auth.htpasswd.enabled:
        mounts["/auth"] = "htpasswd"
    if values.auth.token.enabled and values.auth.token.existing_secret:
        mounts["/token"] = "token"
    if values.tls.enabled:
        mounts["/tls"] = "tls"
        if values.tls.client_authentication.existing_secret:
            mounts["/client-cas"] = "client-cas"
    if values.extra_cas:
        mounts["/extra-cas"] = "extra-cas"
    mounts |= {file.path: f"extra-file-{index}" for index, file in enumerate(values.extra_files)}
    if values.collects_in_pod:
        mounts |= {"/collection": "collection-scripts", "/run/collection": "collection"}
    return mounts | _storage_mounts(values)


def _storage_mounts(values: RegistryValues) -> dict[str, str]:
    filesystem = values.configuration.storage.filesystem
    if values.driver == "filesystem":
        return {(filesystem and filesystem.root_directory) or "/var/lib/registry": "data"}
    if values.storage.type == "gcs" and values.storage.gcs.existing_secret:
        return {"/gcs": "gcs"}
    return {}


def chart_containers(values: RegistryValues) -> dict[str, tuple[int, ...]]:
    """Return the containers of the chart, each with its TCP ports."""
    containers: dict[str, tuple[int, ...]] = {"registry": (registry_port(values),)}
    if values.metrics.enabled:
        containers["metrics"] = (values.metrics.port,)
    if values.collects_in_pod:
        containers["garbage-collection"] = ()
    return containers


def registry_port(values: RegistryValues) -> int:
    """Return the port on which the registry listens: the last part of `http.addr`."""
    http = values.configuration.http
    return int(by_default(http.addr, ":5000").rpartition(":")[2]) if http and http.addr else 5000

"""The registry does not read the config.yml that is mounted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, find_registries
from registry_gitops.rules.manifests.workloads.registry_containers import CONFIG_PATHS
from registry_gitops.rules.manifests.workloads.volume_mounts import Mount

_OTHER: Final = {2: 3, 3: 2}


def find_unread_configs(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """The config.yml is mounted where this version of the registry does not look.

    Why: version 2 reads /etc/docker/registry/config.yml, and version 3 /etc/distribution/config.yml. Whatever is
    mounted at the other path is ignored: the registry starts with the settings of the image, without login, and on
    another storage. A moved tag or a merged update of the image is enough.

    Source: https://github.com/distribution/distribution-library-image/pull/166,
    https://github.com/distribution/distribution/pull/4573

    Bad: `mountPath: /etc/docker/registry` with `image: registry:3`   Good: `mountPath: /etc/distribution`
    """
    for registry in find_registries(repository):
        major = registry.image.major
        if major not in CONFIG_PATHS or registry.named_config is not None:
            continue
        expected, other = CONFIG_PATHS[major], CONFIG_PATHS[_OTHER[major]]
        mount = registry.mount_of(other)
        if mount and _is_config(registry, mount) and not registry.mount_of(expected):
            at = str(mount.entry["mountPath"])
            right = expected if at.endswith("config.yml") else expected.rpartition("/")[0]
            message = f"registry {major} does not read {other}: it starts with the settings of its image"
            yield registry.workload, Problem((*mount.path, "mountPath"), message, f"write mountPath: {right}")


def _is_config(registry: PlainRegistry, mount: Mount) -> bool:
    """Return whether a mount at the path of a config.yml, or at its directory, certainly has a config.yml."""
    if not mount.rest:
        return True
    at_directory = mount.rest == "config.yml" and not mount.entry.get("subPath")
    name = mount.source("configMap").get("name") or mount.source("secret").get("secretName")
    config = registry.named("ConfigMap", name) if mount.source("configMap") else None
    has_key = mount.key_of("configMap") in config.mapping("data") if config else "config" in str(name)
    return at_directory and has_key

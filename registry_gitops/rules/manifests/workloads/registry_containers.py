"""A container that runs distribution, and the objects around it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from registry_gitops.documents import Manifest, Path
from registry_gitops.repository import FluxRepository, file_of
from registry_gitops.rules.image_references import ImageReference
from registry_gitops.rules.manifests.workloads.pods import items, pod_of
from registry_gitops.rules.manifests.workloads.transformers import has_patch
from registry_gitops.rules.manifests.workloads.volume_mounts import Mount, find_mount

CONFIG_PATHS: Final = {2: "/etc/docker/registry/config.yml", 3: "/etc/distribution/config.yml"}
"""Where the image of a major version has its config.yml."""


@dataclass(eq=False)
class RegistryContainer:
    """A container that runs distribution."""

    repository: FluxRepository
    workload: Manifest
    path: Path
    container: dict[str, Any]
    image: ImageReference

    @cached_property
    def pod(self) -> dict[str, Any]:
        """The Pod specification."""
        return pod_of(self.workload)

    @cached_property
    def _words(self) -> tuple[str, ...]:
        words = (*_list(self.container.get("command")), *_list(self.container.get("args")))
        return tuple(str(word) for word in words)

    @property
    def collects(self) -> bool:
        """Whether the container runs a garbage collection."""
        return any("garbage-collect" in word for word in self._words)

    @property
    def serves(self) -> bool:
        """Whether the container serves images, as far as its manifest tells."""
        return not self.collects and self.path[-2] == "containers" and not self.workload.group_kind.endswith(".batch")

    @cached_property
    def named_config(self) -> str | None:
        """The config file that the command names; "" if what runs is not known, None if the image decides."""
        named = [word for word in self._words if word.endswith((".yml", ".yaml")) and " " not in word]
        if named:
            return named[-1]
        is_default = not self.container.get("command") and set(self._words) <= {"serve"}
        return None if is_default and "REGISTRY_CONFIGURATION_PATH" not in self.names_of_variables else ""

    @cached_property
    def names_of_variables(self) -> frozenset[str]:
        """The names of the environment variables that are written."""
        return frozenset(str(entry.get("name")) for _, entry in items(self.container.get("env")))

    @property
    def config_path(self) -> str | None:
        """The path of the config.yml that the registry reads, or None if that is not known."""
        if self.named_config is not None:
            return self.named_config or None
        return CONFIG_PATHS.get(self.image.major or 0)

    def mount_of(self, file: str) -> Mount | None:
        """Return the mount that has a file of the container, or None."""
        return find_mount(self.container, self.path, self._volumes, file)

    @cached_property
    def _volumes(self) -> dict[str, dict[str, Any]]:
        volumes = {str(volume.get("name")): volume for _, volume in items(self.pod.get("volumes"))}
        for _, template in items(self.workload.get("spec", "volumeClaimTemplates")):
            if isinstance(metadata := template.get("metadata"), dict):
                volumes[str(metadata.get("name"))] = {"volumeClaimTemplate": template}
        return volumes

    def near(self, group_kind: str) -> Iterator[Manifest]:
        """Yield the objects of a kind in the namespace of the workload, as far as their manifests tell."""
        others = self.repository.of_kind(group_kind)
        yield from (other for other in others if is_near(self.repository, self.workload, other))

    def named(self, group_kind: str, name: object) -> Manifest | None:
        """Return the one object of a kind and name in the namespace; None if there are none, or several."""
        found = [other for other in self.near(group_kind) if other.name == name]
        return found[0] if len(found) == 1 and not has_patch(self.repository, found[0]) else None


def is_near(repository: FluxRepository, manifest: Manifest, other: Manifest) -> bool:
    """Return whether two objects are in one namespace: the one that is known, or else that of their directory."""
    namespaces = repository.namespace_of(manifest), repository.namespace_of(other)
    if all(namespaces):
        return namespaces[0] == namespaces[1]
    return posixpath.dirname(file_of(manifest)) == posixpath.dirname(file_of(other))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

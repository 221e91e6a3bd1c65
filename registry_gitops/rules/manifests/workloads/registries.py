"""The registries of a repository: containers that run distribution, with what their manifests say of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

from registry_gitops.repository import FluxRepository
from registry_gitops.rules.image_references import is_registry, parse_image
from registry_gitops.rules.manifests.workloads.pods import WORKLOADS, containers_of
from registry_gitops.rules.manifests.workloads.registry_containers import RegistryContainer
from registry_gitops.rules.manifests.workloads.registry_settings import UNKNOWN, Settings, read_settings
from registry_gitops.rules.manifests.workloads.volume_mounts import Mount

_DATA: Final = "/var/lib/registry"


class PlainRegistry(RegistryContainer):
    """A container that runs distribution, with its settings."""

    @cached_property
    def settings(self) -> Settings:
        """What config.yml and the environment say together."""
        return read_settings(self)

    @cached_property
    def data(self) -> Mount | None:
        """The mount with the images, if they are on a file system."""
        root = self.settings.get("storage", "filesystem", "rootdirectory")
        return self.mount_of(root if isinstance(root, str) else _DATA)

    @property
    def port(self) -> int | None:
        """The port that clients use, or None if it is not known."""
        address = self.settings.get("http", "addr")
        port = address.rpartition(":")[2] if isinstance(address, str) else ""
        return int(port) if port.isdecimal() else None

    @property
    def driver(self) -> str | None:
        """The storage driver; None if it is not known, or if there is not one."""
        drivers = self.settings.drivers
        return drivers[0] if drivers and len(drivers) == 1 else None

    @property
    def is_cache(self) -> bool:
        """Whether the registry is, or can be, a pull-through cache."""
        return self.settings.get("proxy", "remoteurl") is not None

    @property
    def has_login(self) -> bool | None:
        """Whether clients need a login; None if that is not known."""
        auth = self.settings.get("auth")
        if auth is UNKNOWN:
            return None
        return bool(auth) and set(auth) != {"none"}


_FOUND: WeakKeyDictionary[FluxRepository, tuple[PlainRegistry, ...]] = WeakKeyDictionary()


def find_registries(repository: FluxRepository) -> tuple[PlainRegistry, ...]:
    """Return the containers of a repository that run distribution."""
    if repository not in _FOUND:
        _FOUND[repository] = tuple(_search(repository))
    return _FOUND[repository]


def serving_registries(repository: FluxRepository) -> Iterator[PlainRegistry]:
    """Yield the registries that serve images."""
    yield from (registry for registry in find_registries(repository) if registry.serves)


def _search(repository: FluxRepository) -> Iterator[PlainRegistry]:
    for kind in sorted(WORKLOADS):
        for workload in repository.of_kind(kind):
            for path, container in containers_of(workload):
                reference = container.get("image")
                if isinstance(reference, str) and is_registry(reference):
                    yield PlainRegistry(repository, workload, path, container, parse_image(reference))

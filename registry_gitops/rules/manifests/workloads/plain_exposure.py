"""Who can use a registry that clients outside the cluster reach."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.entrances import Entrance, find_entrances
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, serving_registries

_LOGIN = "set auth.htpasswd with the users in a Secret, or restrict who reaches it"


def find_open_registries(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the ways into registries that everyone can use."""
    for _, entrance in _open_entrances(repository):
        message = f"clients outside the cluster can push and pull without a login, through {entrance.words}"
        yield entrance.manifest, Problem(entrance.path, message, _LOGIN)


def find_open_deletion(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the registries in which everyone can delete."""
    seen: set[int] = set()
    for registry, entrance in _open_entrances(repository):
        setting = ("storage", "delete", "enabled")
        if registry.settings.is_on(*setting) and id(registry) not in seen:
            seen.add(id(registry))
            manifest, path = registry.settings.locate(*setting)
            by_image = ", which the config.yml of the image allows" if path[-1] == "image" else ""
            message = (
                f"clients outside the cluster can delete images without a login, through {entrance.words}{by_image}"
            )
            yield manifest, Problem(path, message, "set storage.delete.enabled to false, or enable a login")


def find_plain_logins(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the ways on which clients send passwords in the clear."""
    for registry in serving_registries(repository):
        for entrance in find_entrances(registry) if registry.has_login else ():
            if not entrance.has_tls:
                message = f"clients send passwords over plain HTTP, through {entrance.words}"
                yield (
                    entrance.manifest,
                    Problem(entrance.path, message, "set http.tls, or use an Ingress with TLS instead"),
                )


def _open_entrances(repository: FluxRepository) -> Iterator[tuple[PlainRegistry, Entrance]]:
    for registry in serving_registries(repository):
        if registry.has_login is False and not registry.is_cache:
            yield from ((registry, entrance) for entrance in find_entrances(registry) if not entrance.is_guarded)

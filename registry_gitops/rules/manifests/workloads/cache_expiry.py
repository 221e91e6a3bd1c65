"""A pull-through cache that fills its volume."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.registries import serving_registries

_TTL = ("proxy", "ttl")
_DELETE = ("storage", "delete", "enabled")


def find_endless_caches(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the pull-through caches on a volume that never delete anything."""
    for registry in serving_registries(repository):
        settings = registry.settings
        if not isinstance(settings.get("proxy", "remoteurl"), str) or registry.driver != "filesystem":
            continue
        ttl = settings.get(*_TTL)
        if re.fullmatch(r"0[a-z]*|-\d.*", str(ttl)):
            manifest, path = settings.locate(*_TTL)
            yield manifest, Problem(path, "a cache with this ttl deletes nothing, and fills its volume", "write 168h")
        elif registry.image.major == 3 and settings.get(*_DELETE) in (None, False):
            manifest, path = settings.locate(*(_DELETE if settings.get(*_DELETE) is False else ("proxy", "remoteurl")))
            message = "a cache deletes what is old only if storage.delete.enabled is true: it fills its volume"
            yield (
                manifest,
                Problem(path, message, "set storage.delete.enabled to true: clients cannot delete from a cache"),
            )

"""All checks, in one table, in the order of a run."""

from __future__ import annotations

from typing import Final

from registry_gitops.smoke.check import Check
from registry_gitops.smoke.checks import (
    api,
    blobs,
    cache_keys,
    caches,
    contents,
    deletes,
    docker,
    doors,
    downloads,
    filters,
    headers,
    lists,
    load,
    login,
    manifests,
    mirrors,
    mounts,
    persistence,
    promises,
    referrers,
    replicas,
    tls,
    uploads,
)

_MODULES: Final = (
    api,
    login,
    tls,
    uploads,
    doors,
    promises,
    headers,
    mounts,
    blobs,
    downloads,
    filters,
    manifests,
    docker,
    contents,
    caches,
    cache_keys,
    lists,
    referrers,
    deletes,
    mirrors,
    replicas,
    load,
    persistence,
)

CHECKS: Final[tuple[Check, ...]] = tuple(check for module in _MODULES for check in module.CHECKS)

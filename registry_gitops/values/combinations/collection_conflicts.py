"""Garbage collection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_collection_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what garbage collection cannot work with, or would lose images with."""
    if not values.garbage_collection.enabled:
        return
    if values.is_cache:
        yield conflict_error("collection-proxy")
    if values.driver == "inmemory":
        yield conflict_error("collection-memory")
    elif not values.shares_images and values.rolls_over:
        yield conflict_error("collection-strategy")
    if values.cache_type == "redis":
        raw = values.configuration.storage.cache
        key, off = ("configuration.storage.cache.blobdescriptor", '""') if raw else ("cache.type", "off")
        yield conflict_error("collection-redis", key=key, cache="inmemory" if values.collects_in_pod else off)
    yield from _overrides(values)
    yield from _schedule(values.garbage_collection.schedule)


def _overrides(values: RegistryValues) -> RuleErrors:
    for index, variable in enumerate(values.extra_env_vars):
        if variable.name.startswith(("REGISTRY_STORAGE_MAINTENANCE", "REGISTRY_STORAGE_CACHE")):
            yield conflict_error("collection-variable", index=index, name=variable.name)
    if values.collects_in_pod:
        for key in ("command", "args"):
            if getattr(values, key):
                yield conflict_error("collection-command", key=key)


def _schedule(schedule: str) -> RuleErrors:
    for span in re.findall("[0-9]+-[0-9]+", schedule):
        first, last = map(int, span.split("-"))
        if first > last:
            yield conflict_error("collection-schedule", range=span)

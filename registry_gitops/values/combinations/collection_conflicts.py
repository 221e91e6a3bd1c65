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
        yield from _redis(values)
    yield from _overrides(values)
    yield from _schedule(values.garbage_collection.schedule)


def _redis(values: RegistryValues) -> RuleErrors:
    redis, pod = values.rendered_configuration.redis, values.collects_in_pod
    words = {"key": "cache.redis", "cache": "cache.type", "other": "inmemory" if pod else "off"}
    if values.configuration.storage.cache:
        cache = "configuration.storage.cache.blobdescriptor"
        words = {"key": "configuration.redis", "cache": cache, "other": "inmemory" if pod else '""'}
    if not redis or redis.master_name or len(redis.addrs or ()) != 1:
        yield conflict_error("collection-redis-servers", **words)
    if redis and redis.tls and redis.tls.model_fields_set:
        yield conflict_error("collection-redis-tls", **words)
    for index, variable in enumerate(values.extra_env_vars):
        if variable.name.startswith("REGISTRY_REDIS") and variable.name != "REGISTRY_REDIS_PASSWORD":
            yield conflict_error("collection-redis-variable", index=index, name=variable.name)


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

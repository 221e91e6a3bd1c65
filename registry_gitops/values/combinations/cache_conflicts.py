"""The cache of the descriptors of blobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.combinations.rollout_conflicts import replica_words
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_cache_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield a cache that loses images, or at which the registry exits."""
    raw, redis = values.configuration.storage.cache, values.rendered_configuration.redis
    is_raw = bool(raw and raw.blob_descriptor is not None)
    if values.max_replicas > 1 and values.cache_type == "inmemory":
        cache, off = ("configuration.storage.cache.blobdescriptor", '""') if is_raw else ("cache.type", "off")
        yield conflict_error("replicas-cache", **replica_words(values), cache=cache, off=off)
    if not (redis and redis.addrs):
        if values.cache.type == "redis":
            yield conflict_error("redis-addrs", key="cache.redis.addrs")
        elif values.cache_type == "redis" and not _variables_may_set_redis(values):
            yield conflict_error("redis-addrs", key="configuration.redis.addrs")


def _variables_may_set_redis(values: RegistryValues) -> bool:
    names = {variable.name for variable in values.extra_env_vars}
    return bool(
        values.extra_env_vars_secret or values.extra_env_vars_cm or names & {"REGISTRY_REDIS", "REGISTRY_REDIS_ADDRS"}
    )

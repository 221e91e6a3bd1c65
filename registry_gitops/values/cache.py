"""The cache of the descriptors of blobs, which spares requests to the storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from registry_gitops.model import ListOf, Model, NonNegative, OptionalName, default_section
from registry_gitops.values.configuration import HostPort

CacheType = Literal["", "off", "inmemory", "redis"]


class RedisCacheTls(Model):
    """TLS to Redis."""

    enabled: bool = False
    """Whether connections use TLS. The server's certificate must be of an authority in `extraCAs`, or of a public one.
    Upstream: redis.tls.rootcas, which is what turns TLS on."""


class RedisCache(Model):
    """Redis, which several Pods share as their cache. It must evict by allkeys-lru: the registry sets no expiry.

    The timeouts are 200ms, without retries, unless `configuration.redis` sets others: with the defaults of the
    registry a push takes 48 seconds while Redis hangs.
    """

    addrs: ListOf[HostPort] = ()
    """Servers, as host:port: one server, at least two nodes of a cluster, or, with `masterName`, its sentinels.
    Upstream: redis.addrs."""

    username: str = ""
    """User, if Redis has access lists. Upstream: redis.username."""

    db: NonNegative = 0
    """Number of the database; a cluster has only 0. It must be the registry's own: garbage collection deletes all that
    is in it, by FLUSHDB, which Redis must allow (Bitnami's chart disables it). Upstream: redis.db."""

    master_name: str = ""
    """Name of the master that the sentinels in `addrs` know. Upstream: redis.mastername."""

    sentinel_username: str = ""
    """User of the sentinels. Upstream: redis.sentinelusername."""

    tls: RedisCacheTls = default_section(RedisCacheTls)

    existing_secret: OptionalName = ""
    """Secret whose key `redis-password` is the password, and `sentinel-password` that of the sentinels, if they have
    one. The registry reads them as YAML. Upstream: redis.password, redis.sentinelpassword."""

    instead: ClassVar[Mapping[str, str]] = {
        "addr": "write addrs, a list of host:port",
        "host": "write addrs, a list of host:port",
        "password": "name a Secret with the key redis-password in existingSecret",
        "sentinelPassword": "name a Secret with the key sentinel-password in existingSecret",
        "database": "write db",
        "pool": "write configuration.redis.poolsize",
    }


class BlobCache(Model):
    """A cache of the descriptors of blobs, for fewer requests to the storage. Upstream: storage.cache."""

    type: CacheType = ""
    """Where the cache is; "" is `inmemory` with one replica, and `off` with several, which do not see what another one
    deletes. With `redis`, they share it. Upstream: storage.cache.blobdescriptor."""

    redis: RedisCache = default_section(RedisCache)

    instead: ClassVar[Mapping[str, str]] = {
        "enabled": "write type: off, inmemory or redis",
        "blobdescriptor": "write type",
        "blobdescriptorsize": "write configuration.storage.cache.blobdescriptorsize",
    }

    def type_for(self, replicas: int) -> CacheType:
        """Return where the cache of `replicas` Pods is; "off" is nowhere."""
        return self.type or ("inmemory" if replicas <= 1 else "off")

"""The registry talks to redis as redis runs: alone, as a cluster, or behind sentinels."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_SENTINEL_PORT = ":26379"


def redis_servers(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The addresses of redis are those of a cluster or of sentinels, and the registry takes them for another kind.

    Why: the registry takes one address for a single server, several for a cluster, and, with `masterName`, all for
    sentinels. It starts in any case, and serves without a cache; only its log shows the errors.

    Bad: `addrs: [redis-cluster:6379]`   Good: `addrs: [redis-cluster-0:6379, redis-cluster-1:6379]`
    """
    typed, raw = deployment.values.cache.redis, deployment.values.configuration.redis
    key, addrs = ("cache.redis.addrs", typed.addrs) if typed.addrs else ("configuration.redis.addrs", raw and raw.addrs)
    master = typed.master_name or (raw and raw.master_name)
    if not addrs or master:
        return
    if any(address.endswith(_SENTINEL_PORT) for address in addrs):
        yield (
            f"values.{key}",
            "26379 is the port of sentinels, and the registry does not know which master to ask them for: set "
            "cache.redis.masterName, or use the port of redis itself",
        )
    elif len(addrs) == 1 and "cluster" in addrs[0].replace(".svc.cluster.local", ""):
        yield (
            f"values.{key}",
            "one address is a single server for the registry, and a cluster answers it with MOVED: list at least two "
            "nodes of the cluster",
        )

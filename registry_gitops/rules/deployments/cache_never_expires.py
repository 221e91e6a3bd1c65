"""A cache fills its volume."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.amounts import parse_duration
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def cache_never_expires(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A pull-through cache keeps everything.

    Why: with a ttl of 0s nothing is ever deleted, and clients cannot delete from a cache. The volume fills up, and
    pulls of what is not in it fail.

    Source: https://distribution.github.io/distribution/recipes/mirror/

    Bad: `proxy.ttl: 0s`   Good: `proxy.ttl: 168h`
    """
    values = deployment.values
    effective = values.effective_configuration
    ttl = effective.proxy and effective.proxy.ttl
    if values.is_cache and ttl and not parse_duration(ttl) and effective.storage.filesystem:
        over = values.configuration.proxy
        key = "configuration.proxy.ttl" if over and over.ttl else "proxy.ttl"
        yield (
            f"values.{key}",
            f"a cache with ttl {ttl} deletes nothing, and fills its volume: write a time, such as 168h",
        )

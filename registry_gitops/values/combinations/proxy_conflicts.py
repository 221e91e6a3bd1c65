"""The registry as a pull-through cache."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from registry_gitops.amounts import parse_duration
from registry_gitops.model import RuleErrors
from registry_gitops.values.combinations.rollout_conflicts import replica_words
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues

_NOT_DOCKER_HUB = ("docker.io", "hub.docker.com", "www.docker.com")


def find_proxy_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what makes the cache exit, or fill its storage."""
    if not values.is_cache:
        return
    own, over = values.proxy, values.configuration.proxy
    if own.enabled and not own.remote_url and not (over and over.remote_url):
        yield conflict_error("proxy-url")
    key, url = ("configuration.proxy.remoteurl", over.remote_url) if over and over.remote_url else ("", None)
    if not url:
        key, url = "proxy.remoteUrl", own.remote_url
    if urlsplit(url).hostname in _NOT_DOCKER_HUB:
        yield conflict_error("proxy-docker-hub", key=key, host=urlsplit(url).hostname)
    if own.enabled and own.username and not own.existing_secret:
        yield conflict_error("proxy-credentials")
    if values.max_replicas > 1:
        yield conflict_error("proxy-replicas", **replica_words(values))
    yield from _deletion(values)


def _deletion(values: RegistryValues) -> RuleErrors:
    over, delete = values.configuration.proxy, values.configuration.storage.delete
    key, ttl = "proxy.ttl", values.proxy.ttl
    if over and (over.ttl is not None or not values.proxy.enabled):
        key, ttl = "configuration.proxy.ttl", over.ttl or "168h"
    if delete and delete.enabled is False and parse_duration(ttl) > 0:
        yield conflict_error("proxy-deletion", key=key)

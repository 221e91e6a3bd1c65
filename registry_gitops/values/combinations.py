"""Find combinations of values that cannot work. The chart's templates/_validate.tpl finds the same ones in Helm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from registry_gitops.amounts import parse_duration
from registry_gitops.model import LocatedError
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues

Conflicts = Iterator[LocatedError]
"""Each with the path of the key to change."""


def find_conflicts(values: RegistryValues) -> Conflicts:
    """Yield every combination in `values` that cannot work."""
    if values.replica_count > 1:
        yield from _replicas(values)
    yield from _htpasswd(values)
    yield from _strategy(values)
    ingress = values.ingress
    if ingress.enabled and ingress.tls and not ingress.hostname and not ingress.extra_tls:
        yield conflict_error("tls-host")
    yield from _prefix(values)
    yield from _drain(values)


def _replicas(values: RegistryValues) -> Conflicts:
    count, volume = values.replica_count, values.persistence
    modes = "/".join(volume.access_modes)
    if not values.shares_images:
        if values.configuration.driver == "inmemory":
            yield conflict_error("replicas-memory", count=count)
        elif not volume.enabled:
            yield conflict_error("replicas-no-volume", count=count)
        elif volume.existing_claim:
            yield conflict_error("replicas-existing-claim", count=count, claim=volume.existing_claim, modes=modes)
        else:
            yield conflict_error("replicas-claim", count=count, modes=modes)
    if not values.http.existing_secret:
        yield conflict_error("replicas-secret", count=count)


def _htpasswd(values: RegistryValues) -> Conflicts:
    htpasswd = values.auth.htpasswd
    if htpasswd.enabled and values.configuration.auth_provider == "token":
        yield conflict_error("auth-providers")
    if htpasswd.existing_secret and htpasswd.password:
        yield conflict_error("htpasswd-password")
    elif htpasswd.enabled and not htpasswd.existing_secret and not (htpasswd.username and htpasswd.password):
        yield conflict_error("htpasswd-credentials")


def _strategy(values: RegistryValues) -> Conflicts:
    strategy = values.update_strategy
    rolling = strategy.rolling_update
    if not rolling or not rolling.model_fields_set or strategy.type == "Recreate":
        return
    if not strategy.type and not values.shares_images:
        yield conflict_error("default-strategy")
    elif all(re.fullmatch("0+%?", str(amount)) for amount in (rolling.max_surge, rolling.max_unavailable)):
        yield conflict_error("no-rollout")


def _prefix(values: RegistryValues) -> Conflicts:
    http, key, is_relative = values.configuration.http, "http.relativeUrls", values.http.relative_urls
    if http and http.relative_urls is not None:
        key, is_relative = "configuration.http.relativeurls", http.relative_urls
    if http and http.prefix not in (None, "", "/") and is_relative:
        yield conflict_error("prefix", key=key)


def _drain(values: RegistryValues) -> Conflicts:
    http, key, timeout = values.configuration.http, "http.drainTimeout", values.http.drain_timeout
    if http and http.drain_timeout is not None:
        key, timeout = "configuration.http.draintimeout", http.drain_timeout
    grace, seconds = values.termination_grace_period_seconds, parse_duration(timeout)
    if seconds >= Decimal(grace) > 0:
        yield conflict_error("grace-period", grace=grace, key=key, timeout=timeout, seconds=int(seconds) + 1)

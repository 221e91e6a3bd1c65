"""How many Pods there are, and how they are replaced."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from registry_gitops.amounts import parse_duration
from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_rollout_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what makes several Pods, or the replacement of a Pod, impossible."""
    if values.replica_count > 1:
        yield from _replicas(values)
    yield from _strategy(values)
    yield from _drain(values)


def _replicas(values: RegistryValues) -> RuleErrors:
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


def _strategy(values: RegistryValues) -> RuleErrors:
    strategy = values.update_strategy
    rolling = strategy.rolling_update
    if not rolling or not rolling.model_fields_set or strategy.type == "Recreate":
        return
    if not strategy.type and not values.shares_images:
        yield conflict_error("default-strategy")
    elif all(re.fullmatch("0+%?", str(amount)) for amount in (rolling.max_surge, rolling.max_unavailable)):
        yield conflict_error("no-rollout")


def _drain(values: RegistryValues) -> RuleErrors:
    http, key, timeout = values.configuration.http, "http.drainTimeout", values.http.drain_timeout
    if http and http.drain_timeout is not None:
        key, timeout = "configuration.http.draintimeout", http.drain_timeout
    grace, seconds = values.termination_grace_period_seconds, parse_duration(timeout)
    if seconds >= Decimal(grace) > 0:
        yield conflict_error("grace-period", grace=grace, key=key, timeout=timeout, seconds=int(seconds) + 1)

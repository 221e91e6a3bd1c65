"""How many Pods there are, and how they are replaced."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from registry_gitops.amounts import parse_duration
from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues

_PRE_STOP_SECONDS: Final = 10
"""How long the chart's own hook waits."""


def find_rollout_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what makes several Pods, or the replacement of a Pod, impossible."""
    if values.max_replicas > 1:
        yield from _replicas(values)
    if values.autoscaling.enabled:
        yield from _autoscaling(values)
    yield from _strategy(values)
    yield from _drain(values)


def _replicas(values: RegistryValues) -> RuleErrors:
    volume, words = values.persistence, replica_words(values)
    modes = "/".join(volume.access_modes)
    if not values.shares_images:
        if values.driver == "inmemory":
            yield conflict_error("replicas-memory", **words)
        elif not volume.enabled:
            yield conflict_error("replicas-no-volume", **words)
        elif volume.existing_claim:
            yield conflict_error("replicas-existing-claim", **words, claim=volume.existing_claim, modes=modes)
        else:
            yield conflict_error("replicas-claim", **words, modes=modes)
    if not _has_upload_secret(values):
        yield conflict_error("replicas-secret", **words)


def _has_upload_secret(values: RegistryValues) -> bool:
    """Return whether all Pods have one key for the state of uploads. A field of the Pod differs between them."""
    http = values.configuration.http
    variables = (each for each in values.extra_env_vars if each.name == "REGISTRY_HTTP_SECRET")
    sources = ((each.value_from, each.value) for each in variables)
    is_variable = any(
        value or (source and (source.secret_key_ref or source.config_map_key_ref)) for source, value in sources
    )
    return bool(values.http.existing_secret or (http and http.secret) or is_variable)


def replica_words(values: RegistryValues) -> dict[str, object]:
    """Return the largest number of Pods, the key that sets it, and what to set for one Pod."""
    if values.autoscaling.enabled:
        key, one_pod = "autoscaling.maxReplicas", "autoscaling.enabled to false"
    else:
        key, one_pod = "replicaCount", "replicaCount to 1"
    return {"count": values.max_replicas, "key": key, "one_pod": one_pod}


def _autoscaling(values: RegistryValues) -> RuleErrors:
    # Kubernetes takes a missing request from the limit.
    requests, limits, scaling = values.resources.requests, values.resources.limits, values.autoscaling
    if scaling.target_cpu_utilization_percentage and requests.cpu is None and limits.cpu is None:
        yield conflict_error("autoscaling-request", resource="cpu", target="targetCPUUtilizationPercentage")
    if scaling.target_memory_utilization_percentage and requests.memory is None and limits.memory is None:
        yield conflict_error("autoscaling-request", resource="memory", target="targetMemoryUtilizationPercentage")


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
    delay = _pre_stop_seconds(values)
    grace, seconds = values.termination_grace_period_seconds, parse_duration(timeout) + delay
    if seconds >= Decimal(grace) > 0:
        after = f" after {delay} seconds of its preStop hook" if delay else ""
        words = {"key": key, "timeout": timeout, "after": after}
        yield conflict_error("grace-period", grace=grace, seconds=int(seconds) + 1, **words)


def _pre_stop_seconds(values: RegistryValues) -> int:
    """Return how long the Pod waits before SIGTERM, as far as it is known: a program of the user can take any time."""
    hook = values.lifecycle_hooks.pre_stop
    if hook:
        return hook.sleep.seconds if hook.sleep else 0
    return _PRE_STOP_SECONDS if values.rolls_over else 0

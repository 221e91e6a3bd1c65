"""How long a rollout takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from registry_gitops.amounts import parse_duration

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues

_SECONDS_TO_START: Final = 10
"""Until a new Pod is ready, if its node has the image."""
_DEFAULT_SHARE: Final = "25%"
_DEFAULT_INTERVAL: Final = 10


def min_ready_seconds(values: RegistryValues) -> int:
    """Return the seconds for which a new Pod must be ready before an old one ends: `docker-registry.minReadySeconds`.

    It is longer than the registry takes to report wrong credentials of its object storage; 0 for other storage.
    """
    health = values.rendered_configuration.health
    check = health and health.storagedriver
    if not (values.is_object_storage and check and check.enabled):
        return 0
    interval = parse_duration(check.interval or "0s") or _DEFAULT_INTERVAL
    return math.ceil(interval * max(1, check.threshold or 0)) + 5


def rollout_seconds(values: RegistryValues) -> int:
    """Return about how long a rollout takes if new Pods must be ready for some time, or else 0."""
    ready, count, rolling = min_ready_seconds(values), values.max_replicas, values.update_strategy.rolling_update
    if not (ready and count and values.rolls_over):
        return 0
    surge = _pods(rolling.max_surge if rolling else None, count, math.ceil)
    missing = _pods(rolling.max_unavailable if rolling else None, count, math.floor)
    return math.ceil(count / max(1, surge + missing)) * (ready + _SECONDS_TO_START)


def _pods(amount: int | str | None, count: int, rounded: Callable[[float], int]) -> int:
    share = _DEFAULT_SHARE if amount is None else amount
    return share if isinstance(share, int) else rounded(int(share.rstrip("%")) * count / 100)

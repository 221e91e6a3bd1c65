"""The table of causes, ordered so that a cause explains those after it: the first one found is the root cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from registry_gitops.cluster.status.causes.admission import pod_refused
from registry_gitops.cluster.status.causes.cause import Cause, CauseId
from registry_gitops.cluster.status.causes.chart import chart_failed, source_not_found
from registry_gitops.cluster.status.causes.collection import collection_failed, left_read_only
from registry_gitops.cluster.status.causes.containers import crash_loop, image_not_pulled, not_healthy, secret_missing
from registry_gitops.cluster.status.causes.delivery import apply_failed, flux_missing, git_failed, not_applied
from registry_gitops.cluster.status.causes.helm_release import (
    in_progress,
    not_observed,
    release_failed,
    retries_exhausted,
    values_refused,
    workload_gone,
)
from registry_gitops.cluster.status.causes.manual_changes import drifted, has_lost_replicas, suspended
from registry_gitops.cluster.status.causes.placement import unschedulable, volume_held, volume_not_bound
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.snapshot import Snapshot

_FindCause = Callable[[Snapshot], Iterator[Cause]]

POD_CAUSES: Final[tuple[_FindCause, ...]] = (
    pod_refused,
    volume_not_bound,
    volume_held,
    unschedulable,
    secret_missing,
    image_not_pulled,
    crash_loop,
    not_healthy,
)
"""The causes that are about Pods, and need nothing of Flux."""

CAUSES: Final[tuple[_FindCause, ...]] = (
    flux_missing,
    source_not_found,
    chart_failed,
    values_refused,
    *POD_CAUSES,
    workload_gone,
    retries_exhausted,
    release_failed,
    git_failed,
    apply_failed,
    not_applied,
    not_observed,
    suspended,
    drifted,
    left_read_only,
    collection_failed,
    in_progress,
)

CONSEQUENCES: Final = frozenset({CauseId.RELEASE_FAILED, CauseId.IN_PROGRESS})
"""Causes to omit if there is another error: they are consequences of it."""

__all__ = ["CAUSES", "CONSEQUENCES", "POD_CAUSES", "RENDER", "Cause", "CauseId", "has_lost_replicas"]

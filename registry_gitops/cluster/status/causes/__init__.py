"""The table of causes, ordered so that a cause explains those after it: the first one found is the root cause."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes import (
    access,
    changes,
    containers,
    flux,
    infrastructure,
    refusals,
    releases,
    sources,
    unknown,
)
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause
from registry_gitops.cluster.status.causes.changes import has_lost_replicas, workload_gone
from registry_gitops.cluster.status.causes.consequences import is_consequence
from registry_gitops.cluster.status.causes.flux import in_progress, list_ending
from registry_gitops.cluster.status.causes.wording import RENDER

POD_CAUSES: Final[tuple[FindCause, ...]] = (
    *refusals.CAUSES,
    *infrastructure.CAUSES,
    *containers.CAUSES,
)
"""The causes that are about Pods, and need nothing of Flux."""

CAUSES: Final[tuple[FindCause, ...]] = (
    *flux.ROOT_CAUSES,
    *sources.CHART_CAUSES,
    *releases.ROOT_CAUSES,
    *POD_CAUSES,
    workload_gone,
    *unknown.CAUSES,
    *releases.CAUSES,
    *sources.FOLDER_CAUSES,
    *flux.CAUSES,
    *changes.CAUSES,
    *access.CAUSES,
    *containers.COLLECTION_CAUSES,
    *infrastructure.LATER_CAUSES,
    in_progress,
)

__all__ = [
    "CAUSES",
    "POD_CAUSES",
    "RENDER",
    "Cause",
    "CauseId",
    "FindCause",
    "has_lost_replicas",
    "is_consequence",
    "list_ending",
]

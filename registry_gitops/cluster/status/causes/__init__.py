"""The table of causes, ordered so that a cause explains those after it: the first one found is the root cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from registry_gitops.cluster.status.causes import (
    certificates,
    chart_sources,
    claims,
    collection,
    container_starts,
    containers,
    deletion,
    delivery,
    depends_on,
    failed_probes,
    gateways,
    git_sources,
    helm,
    image_pulls,
    kustomizations,
    lost_images,
    manual_changes,
    nodes,
    other_controllers,
    placement,
    pod_references,
    pod_startup,
    reconciliation,
    refusals,
    restarts,
    service_routes,
    unknown,
    unread_objects,
    values,
    volume_places,
    volume_resizes,
)
from registry_gitops.cluster.status.causes.artifacts import chart_not_loaded, folder_not_loaded
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause
from registry_gitops.cluster.status.causes.deletion import list_ending
from registry_gitops.cluster.status.causes.manual_changes import has_lost_replicas, workload_gone
from registry_gitops.cluster.status.causes.reconciliation import in_progress
from registry_gitops.cluster.status.causes.wording import RENDER

POD_CAUSES: Final[tuple[FindCause, ...]] = (
    *refusals.CAUSES,
    *nodes.CAUSES,
    *claims.CAUSES,
    *volume_places.CAUSES,
    *placement.CAUSES,
    *pod_startup.CAUSES,
    *pod_references.CAUSES,
    *image_pulls.CAUSES,
    *container_starts.CAUSES,
    *containers.CAUSES,
    *failed_probes.CAUSES,
)
"""The causes that are about Pods, and need nothing of Flux."""

CAUSES: Final[tuple[FindCause, ...]] = (
    *delivery.CAUSES[:1],
    *deletion.CAUSES,
    *chart_sources.CAUSES,
    chart_not_loaded,
    *values.CAUSES,
    *helm.ROOT_CAUSES,
    *POD_CAUSES,
    workload_gone,
    *unknown.CAUSES,
    *helm.CAUSES,
    *git_sources.CAUSES,
    folder_not_loaded,
    *depends_on.CAUSES,
    *kustomizations.CAUSES,
    *delivery.CAUSES[1:],
    *reconciliation.CAUSES,
    *unread_objects.CAUSES,
    *manual_changes.CAUSES,
    *other_controllers.CAUSES,
    *restarts.CAUSES,
    *service_routes.CAUSES,
    *gateways.CAUSES,
    *certificates.CAUSES,
    *collection.CAUSES,
    *volume_resizes.CAUSES,
    *lost_images.CAUSES,
    in_progress,
)

CONSEQUENCES: Final[Mapping[CauseId, frozenset[CauseId] | None]] = {
    CauseId.UNKNOWN: None,
    CauseId.RELEASE_FAILED: None,
    CauseId.RELEASE_TIMEOUT: frozenset(CauseId)
    - {CauseId.RELEASE_TIMEOUT, CauseId.RELEASE_FAILED, CauseId.RETRIES_EXHAUSTED, CauseId.IN_PROGRESS},
    CauseId.ROLLOUT_STUCK: None,
    CauseId.IN_PROGRESS: None,
    CauseId.POD_EVICTED: None,
    # Their remedies change values, and a change may be on its way already.
    **dict.fromkeys(
        (
            CauseId.VALUES_REFUSED,
            CauseId.CHANGE_REFUSED,
            CauseId.KIND_MISSING,
            CauseId.NOT_OWNED,
            CauseId.CHART_FAILED,
            CauseId.HOOK_FAILED,
            CauseId.RETRIES_EXHAUSTED,
            CauseId.POD_FORBIDDEN,
            CauseId.QUOTA_EXCEEDED,
            CauseId.VOLUME_NOT_BOUND,
            CauseId.UNSCHEDULABLE,
            CauseId.SECRET_MISSING,
            CauseId.IMAGE_NOT_PULLED,
            CauseId.CONTAINER_NOT_STARTED,
            CauseId.CRASH_LOOP,
        ),
        frozenset({CauseId.BUSY}),
    ),
    CauseId.NOT_HEALTHY: frozenset({CauseId.BUSY, CauseId.CRASH_LOOP}),
    CauseId.RETRIES_EXHAUSTED: frozenset({CauseId.BUSY, CauseId.BEING_DELETED}),
    CauseId.UNSCHEDULABLE: frozenset({CauseId.BUSY, CauseId.VOLUME_ELSEWHERE}),
    CauseId.NODE_UNAVAILABLE: frozenset({CauseId.VOLUME_ELSEWHERE}),
    CauseId.WORKLOAD_GONE: frozenset({CauseId.BEING_DELETED, CauseId.VOLUME_NOT_BOUND}),
    CauseId.NOT_APPLIED: frozenset({CauseId.BEING_DELETED}),
    CauseId.NOT_OBSERVED: frozenset({CauseId.BEING_DELETED}),
    CauseId.NAMESPACE_ENDING: frozenset({CauseId.BEING_DELETED}),
    CauseId.APPLY_FAILED: frozenset({CauseId.BEING_DELETED}),
}
"""A cause -> those of which it is a consequence: with one of them, it is omitted. None stands for every other error."""

__all__ = [
    "CAUSES",
    "CONSEQUENCES",
    "POD_CAUSES",
    "RENDER",
    "Cause",
    "CauseId",
    "FindCause",
    "has_lost_replicas",
    "list_ending",
]

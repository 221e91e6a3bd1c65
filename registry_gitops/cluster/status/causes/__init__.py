"""The table of causes, ordered so that a cause explains those after it: the first one found is the root cause."""

from __future__ import annotations

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
from registry_gitops.cluster.status.causes.consequences import is_consequence
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

"""Who else changes the objects of a release, and objects that were not read."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import FindCause
from registry_gitops.cluster.status.causes.changes import manual_changes, other_controllers, restarts, unread_objects
from registry_gitops.cluster.status.causes.changes.manual_changes import has_lost_replicas, workload_gone
from registry_gitops.cluster.status.causes.changes.restarts import restart_command

CAUSES: Final[tuple[FindCause, ...]] = (
    *unread_objects.CAUSES,
    *manual_changes.CAUSES,
    *other_controllers.CAUSES,
    *restarts.CAUSES,
)
"""Changes that are not of Flux."""

__all__ = [
    "CAUSES",
    "has_lost_replicas",
    "restart_command",
    "workload_gone",
]

"""Nodes and volumes: where a Pod can run, its claims, and what a node does before it starts a container."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import FindCause
from registry_gitops.cluster.status.causes.infrastructure import (
    claims,
    lost_images,
    nodes,
    placement,
    pod_startup,
    volume_places,
    volume_resizes,
)

CAUSES: Final[tuple[FindCause, ...]] = (
    *nodes.CAUSES,
    *claims.CAUSES,
    *volume_places.CAUSES,
    *placement.CAUSES,
    *pod_startup.CAUSES,
)
"""Why a Pod has no node, no volume, or no sandbox."""

LATER_CAUSES: Final[tuple[FindCause, ...]] = (
    *volume_resizes.CAUSES,
    *lost_images.CAUSES,
)
"""What is wrong with volumes of a Pod that runs."""

__all__ = [
    "CAUSES",
    "LATER_CAUSES",
]

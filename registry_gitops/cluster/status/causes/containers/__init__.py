"""Images, containers, probes, and the log of the registry."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import FindCause
from registry_gitops.cluster.status.causes.containers import (
    collection,
    container_starts,
    containers,
    failed_probes,
    image_pulls,
    pod_references,
)

CAUSES: Final[tuple[FindCause, ...]] = (
    *pod_references.CAUSES,
    *image_pulls.CAUSES,
    *container_starts.CAUSES,
    *containers.CAUSES,
    *failed_probes.CAUSES,
)
"""Why the containers of a Pod are not ready."""

COLLECTION_CAUSES: Final[tuple[FindCause, ...]] = (*collection.CAUSES,)
"""Why garbage is not collected."""

__all__ = [
    "CAUSES",
    "COLLECTION_CAUSES",
]

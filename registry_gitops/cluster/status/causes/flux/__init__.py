"""What the controllers of Flux report: Kustomizations, dependencies, progress, and what is being deleted."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import FindCause
from registry_gitops.cluster.status.causes.flux import deletion, delivery, depends_on, kustomizations, reconciliation
from registry_gitops.cluster.status.causes.flux.deletion import list_ending
from registry_gitops.cluster.status.causes.flux.delivery import MAX_SUSPECTS, list_suspects
from registry_gitops.cluster.status.causes.flux.reconciliation import in_progress

ROOT_CAUSES: Final[tuple[FindCause, ...]] = (
    *delivery.CAUSES[:1],
    *deletion.CAUSES,
)
"""Those that explain all others: no Flux, and what is being deleted."""

CAUSES: Final[tuple[FindCause, ...]] = (
    *depends_on.CAUSES,
    *kustomizations.CAUSES,
    *delivery.CAUSES[1:],
    *reconciliation.CAUSES,
)
"""Why Flux has not applied the release as it is in Git."""

__all__ = [
    "CAUSES",
    "MAX_SUSPECTS",
    "ROOT_CAUSES",
    "in_progress",
    "list_ending",
    "list_suspects",
]

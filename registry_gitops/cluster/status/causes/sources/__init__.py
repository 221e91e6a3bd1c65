"""The sources of the Kustomization and of the chart: what cannot be fetched, and artifacts that cannot be used."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import FindCause
from registry_gitops.cluster.status.causes.sources import chart_sources, git_sources
from registry_gitops.cluster.status.causes.sources.artifacts import chart_not_loaded, folder_not_loaded

CHART_CAUSES: Final[tuple[FindCause, ...]] = (
    *chart_sources.CAUSES,
    chart_not_loaded,
)
"""Why Flux has no chart."""

FOLDER_CAUSES: Final[tuple[FindCause, ...]] = (
    *git_sources.CAUSES,
    folder_not_loaded,
)
"""Why Flux has no directory."""

__all__ = [
    "CHART_CAUSES",
    "FOLDER_CAUSES",
]

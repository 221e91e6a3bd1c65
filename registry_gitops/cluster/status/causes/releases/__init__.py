"""Helm's sentences, and the values of a release."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import FindCause
from registry_gitops.cluster.status.causes.releases import helm, values
from registry_gitops.cluster.status.causes.releases.helm_words import last_failure

ROOT_CAUSES: Final[tuple[FindCause, ...]] = (
    *values.CAUSES,
    *helm.ROOT_CAUSES,
)
"""Those that leave the Pods as they were."""

CAUSES: Final[tuple[FindCause, ...]] = (*helm.CAUSES,)
"""What follows if Helm fails, or waits in vain."""

__all__ = [
    "CAUSES",
    "ROOT_CAUSES",
    "last_failure",
]

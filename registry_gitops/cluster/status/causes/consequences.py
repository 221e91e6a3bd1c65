"""Which causes explain which others: `status` omits the consequences of a cause that it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId

_GENERIC: Final = (
    CauseId.UNKNOWN,
    CauseId.POD_EVICTED,
    CauseId.RELEASE_TIMEOUT,
    CauseId.RELEASE_FAILED,
    CauseId.ROLLOUT_STUCK,
    CauseId.IN_PROGRESS,
)
"""Causes that tell little more than that something is not ready: each other one explains them, and each those below."""

_EXPLAINS: Final[Mapping[CauseId, frozenset[CauseId]]] = {
    # The remedies of these change values, and the change may be on its way already.
    CauseId.BUSY: frozenset(
        {
            CauseId.VALUES_REFUSED,
            CauseId.CHANGE_REFUSED,
            CauseId.KIND_MISSING,
            CauseId.NOT_OWNED,
            CauseId.CHART_FAILED,
            CauseId.HOOK_FAILED,
            CauseId.RETRIES_EXHAUSTED,
            CauseId.POD_FORBIDDEN,
            CauseId.QUOTA_EXCEEDED,
            CauseId.LIMITS_REFUSED,
            CauseId.OBJECT_FORBIDDEN,
            CauseId.OBJECT_INVALID,
            CauseId.REFERENCE_MISSING,
            CauseId.VOLUME_NOT_BOUND,
            CauseId.UNSCHEDULABLE,
            CauseId.SECRET_MISSING,
            CauseId.IMAGE_NOT_PULLED,
            CauseId.CONTAINER_NOT_STARTED,
            CauseId.CRASH_LOOP,
            CauseId.NOT_HEALTHY,
        }
    ),
    CauseId.BEING_DELETED: frozenset(
        {
            CauseId.RETRIES_EXHAUSTED,
            CauseId.WORKLOAD_GONE,
            CauseId.NOT_APPLIED,
            CauseId.NOT_OBSERVED,
            CauseId.NAMESPACE_ENDING,
            CauseId.APPLY_FAILED,
        }
    ),
    # They refuse the claim, too.
    **dict.fromkeys(
        (
            CauseId.QUOTA_EXCEEDED,
            CauseId.LIMITS_REFUSED,
            CauseId.OBJECT_FORBIDDEN,
            CauseId.WEBHOOK_FAILED,
            CauseId.ACCESS_DENIED,
        ),
        frozenset({CauseId.VOLUME_NOT_BOUND}),
    ),
    CauseId.ARTIFACT_FAILED: frozenset({CauseId.KIND_MISSING, CauseId.RETRIES_EXHAUSTED}),
    CauseId.DEPENDENCY_NOT_READY: frozenset({CauseId.RETRIES_EXHAUSTED}),
    CauseId.VOLUME_NOT_BOUND: frozenset({CauseId.WORKLOAD_GONE, CauseId.UNSCHEDULABLE}),
    CauseId.VOLUME_ELSEWHERE: frozenset({CauseId.UNSCHEDULABLE, CauseId.NODE_UNAVAILABLE}),
    # Containers that ended with their node are no crash loop.
    CauseId.POD_NOT_STARTED: frozenset({CauseId.CRASH_LOOP}),
    CauseId.CRASH_LOOP: frozenset({CauseId.NOT_HEALTHY}),
    CauseId.RETRIES_EXHAUSTED: frozenset({CauseId.RELEASE_FAILED}),
}
"""A cause -> its consequences."""

_UNEXPLAINING: Final = frozenset({CauseId.RETRIES_EXHAUSTED})
"""Causes that are no reason of a generic one: they follow from the same failure."""


def is_consequence(id_: CauseId, others: Iterable[CauseId]) -> bool:
    """Return whether one of the other errors explains an error."""
    found = set(others) - {id_}
    if any(id_ in _EXPLAINS.get(other, ()) for other in found):
        return True
    if id_ not in _GENERIC:
        return False
    later = set(_GENERIC[_GENERIC.index(id_) :])
    return bool(found - later - _UNEXPLAINING)

"""What a change does in the cluster, from harmless to worst, in this order."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Effect(StrEnum):
    """What a change does to Pods and data. Each is worse than those before it."""

    NOTHING = "nothing"
    """No Pod restarts, and no data is lost."""

    SCALES_PODS = "scales-pods"
    """Pods are added or removed; the others run on."""

    RESTARTS_PODS = "restarts-pods"
    """New Pods replace the old ones, which run until the new ones are ready."""

    STOPS_PODS = "stops-pods"
    """The old Pods end before new ones are ready: for some time, nobody serves."""

    RECREATES_OBJECT = "recreates-object"
    """The object is deleted and created anew."""

    REFUSED = "refused"
    """Kubernetes refuses the change, so the release fails and stays as it is."""

    ORPHANS_DATA = "orphans-data"
    """Images remain where they are, and the registry no longer serves them."""

    DELETES_DATA = "deletes-data"
    """Images are deleted."""


_ORDER: Final = tuple(Effect)


def worst_effect(effects: Iterable[Effect]) -> Effect:
    """Return the worst of `effects`, `nothing` if there are none."""
    return max(effects, key=_ORDER.index, default=Effect.NOTHING)

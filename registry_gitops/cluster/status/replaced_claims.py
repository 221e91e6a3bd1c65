"""Whether a claim is newer than the registry that mounts it, so that its volume began empty."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.live_objects import Object, parse_time
from registry_gitops.cluster.status.snapshot import Snapshot

_INSTALL_TIME: Final = timedelta(seconds=30)
"""Helm creates the claim within this time of the release."""
_NEWS_TIME: Final = timedelta(days=7)
"""So long a new claim is worth a warning."""


def is_replaced(claim: Object, snapshot: Snapshot) -> bool:
    """Return whether a claim of the chart was created, within the last 7 days, after a successful release."""
    release = snapshot.release
    if release is None or claim.created is None or not claim.belongs_to(release):
        return False
    successes = [
        parse_time(entry.text("lastDeployed"))
        for entry in map(Object, release.items("status.history"))
        if entry.text("status").lower() in ("deployed", "superseded")
    ]
    first = min(filter(None, successes), default=None)
    is_new = snapshot.read_at - claim.created < _NEWS_TIME and claim.text("status.phase") == "Bound"
    return is_new and first is not None and claim.created - first > _INSTALL_TIME


def has_new_claim(snapshot: Snapshot) -> bool:
    """Return whether a claim was replaced, has no volume yet, or is to be created again."""
    is_missing = any(item.kind == "PersistentVolumeClaim" for item in snapshot.missing_objects)
    return is_missing or any(
        claim.text("status.phase") == "Pending" or is_replaced(claim, snapshot) for claim in snapshot.claims
    )


def list_released(namespace: str, name: str, snapshot: Snapshot) -> list[Object]:
    """Return the volumes of earlier claims of a name that still exist: retained, or not deleted by their driver."""
    volumes = {volume.name: volume for volume in snapshot.of_kinds("PersistentVolume")}
    return [
        volume
        for volume in volumes.values()
        if volume.text("status.phase") in ("Released", "Failed")
        and (volume.text("spec.claimRef.namespace"), volume.text("spec.claimRef.name")) == (namespace, name)
    ]

"""A registry that runs on a new, empty volume, while the images are, or were, on another one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER, end_pods_command, recreate_remedy
from registry_gitops.cluster.status.live_objects import Object, parse_time
from registry_gitops.cluster.status.persistent_volumes import is_retained, reserve_command, volume_of
from registry_gitops.cluster.status.replaced_claims import is_replaced, list_released
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity

_KEEP_TIME: Final = timedelta(days=30)
"""An earlier claim beside one that is older than this is no news."""
_RELEASE: Final = "helm.toolkit.fluxcd.io/name"


def claim_replaced(snapshot: Snapshot) -> Iterator[Cause]:
    """The claim was created after the release ran: the images of the earlier one are not on its volume."""
    for claim in snapshot.claims:
        if not is_replaced(claim, snapshot) or claim.is_being_deleted or _is_recovered(claim, snapshot):
            continue
        created = claim.text("metadata.creationTimestamp")
        released = list_released(claim.namespace, claim.name, snapshot)
        yield new_cause(
            CauseId.CLAIM_REPLACED,
            claim,
            f"the claim {claim.name} was created at {created}, later than the registry: "
            "images pushed before are not on its volume",
            _restore_remedy(claim, released, snapshot),
            since=claim.created,
            severity=Severity.WARNING,
        )


def _restore_remedy(claim: Object, released: list[Object], snapshot: Snapshot) -> str:
    if not released:
        return (
            "push the images again, or restore a backup. If the earlier volume still exists, "
            f"`kubectl get pv` shows it as Released from {claim.namespace}/{claim.name}"
        )
    volume = released[0].name
    return (
        f"the earlier volume {volume} still exists. To have it again, and lose what was pushed since: "
        f"{reserve_command(volume)}, then `kubectl delete pvc {claim.name} -n {claim.namespace} --wait=false`, "
        f"{end_pods_command(snapshot)}; {recreate_remedy(snapshot.release)}"
    )


def _is_recovered(claim: Object, snapshot: Snapshot) -> bool:
    """Return whether the claim has data from elsewhere: a retained volume, older than it, or a copy."""
    volume = volume_of(claim, snapshot)
    is_older = volume is not None and _is_before(volume.created, claim.created)
    return bool(claim.map("spec.dataSource")) or (is_older and is_retained(volume))


def _is_before(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other


def claim_left(snapshot: Snapshot) -> Iterator[Cause]:
    """Helm kept the claim of an earlier release, under another name, and this release has a new one."""
    if not snapshot.claims or snapshot.release is None:
        return
    newest = max(snapshot.claims, key=lambda claim: claim.text("metadata.creationTimestamp"))
    if newest.created is None or snapshot.read_at - newest.created > _KEEP_TIME:
        return
    for claim in snapshot.of_kinds("PersistentVolumeClaim"):
        if _is_left(claim, newest, snapshot):
            yield new_cause(
                CauseId.CLAIM_LEFT,
                claim,
                f"the claim {claim.name} of an earlier release was kept, with its images; "
                f"this release has a new one, {newest.name}",
                f"to have the images again, set `values.persistence.existingClaim: {claim.name}`; {RENDER}. "
                f"If they are not needed: `kubectl delete pvc {claim.name} -n {claim.namespace}`",
                since=parse_time(newest.text("metadata.creationTimestamp")),
                severity=Severity.WARNING,
            )


def _is_left(claim: Object, ours: Object, snapshot: Snapshot) -> bool:
    """Return whether a claim of the chart is older than ours, was kept, and no release has it."""
    release = snapshot.release
    used = {item.uid for item in snapshot.claims}
    chart = claim.labels.get("app.kubernetes.io/name") == ours.labels.get("app.kubernetes.io/name")
    is_kept = str(claim.map("metadata.annotations").get("helm.sh/resource-policy", "")).lower() == "keep"
    if claim.uid in used or claim.namespace != ours.namespace or not chart or not is_kept:
        return False
    if claim.is_being_deleted or not _is_before(claim.created, ours.created):
        return False
    owner = claim.labels.get(_RELEASE, "")
    others = {item.name for item in snapshot.of_kinds("HelmRelease")} - {release.name if release else ""}
    return owner not in others and not _is_mounted(claim, snapshot)


def _is_mounted(claim: Object, snapshot: Snapshot) -> bool:
    return any(
        Object(volume).text("persistentVolumeClaim.claimName") == claim.name
        for pod in snapshot.of_kinds("Pod")
        for volume in pod.items("spec.volumes")
    )


CAUSES: Final[tuple[FindCause, ...]] = (
    claim_replaced,
    claim_left,
)

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
from registry_gitops.cluster.status.snapshot import WORKLOADS, Snapshot
from registry_gitops.findings import Severity

_KEEP_TIME: Final = timedelta(days=30)
"""An earlier claim beside one that is older than this is no news."""
_RELEASE: Final = "helm.toolkit.fluxcd.io"
_CHART_LABELS: Final = ("app.kubernetes.io/name", "helm.sh/chart", "app", "chart")
"""Labels that name the chart, the last two in older charts."""


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
    """Return whether a claim of a registry is older than ours, was kept, and no release has it."""
    is_kept = str(claim.map("metadata.annotations").get("helm.sh/resource-policy", "")).strip().lower() == "keep"
    is_other = claim.uid not in {item.uid for item in snapshot.claims} and claim.namespace == ours.namespace
    is_older = claim.created is None or _is_before(claim.created, ours.created)
    if not (is_kept and is_other and is_older) or claim.is_being_deleted or not _is_of_registry(claim):
        return False
    return not _has_release(claim, snapshot) and not _is_mounted(claim, snapshot)


def _is_of_registry(claim: Object) -> bool:
    """Return whether the name or the labels of a claim are those of a registry, of this chart or another."""
    chart = [claim.labels.get(label, "") for label in _CHART_LABELS]
    return any("registry" in word for word in (claim.name, *chart))


def _has_release(claim: Object, snapshot: Snapshot) -> bool:
    """Return whether a HelmRelease, other than ours, has a claim; True if it cannot be known."""
    release = snapshot.release
    if release is None or claim.labels.get(f"{_RELEASE}/namespace", release.namespace) != release.namespace:
        return True
    others = {item.name for item in snapshot.of_kinds("HelmRelease")} - {release.name}
    return claim.labels.get(f"{_RELEASE}/name") in others


def _is_mounted(claim: Object, snapshot: Snapshot) -> bool:
    """Return whether a Pod mounts a claim, or would if its workload was not stopped."""
    places = [(pod, "spec.volumes") for pod in snapshot.of_kinds("Pod")]
    places += [(workload, "spec.template.spec.volumes") for workload in snapshot.of_kinds(*WORKLOADS)]
    return any(
        Object(volume).text("persistentVolumeClaim.claimName") == claim.name
        for thing, path in places
        for volume in thing.items(path)
    )


CAUSES: Final[tuple[FindCause, ...]] = (
    claim_replaced,
    claim_left,
)

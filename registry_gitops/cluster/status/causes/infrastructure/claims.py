"""The claims of the deployment that have no volume."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import find_phrase
from registry_gitops.cluster.status.causes.infrastructure.placement import ABOUT_VOLUMES, list_unscheduled_pods
from registry_gitops.cluster.status.causes.infrastructure.volume_phrases import (
    PROVISION_PHRASES,
    SCHEDULING_PHRASES,
    SET_CLASS,
)
from registry_gitops.cluster.status.causes.wording import RENDER, recreate_remedy
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.persistent_volumes import reserve_command, volume_of
from registry_gitops.cluster.status.replaced_claims import list_released
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_PROVISION_TIME: Final = timedelta(seconds=60)
"""A claim that waits longer for its provisioner is a cause."""
_FAILURES: Final = ("ProvisioningFailed", "FailedBinding", "VolumeMismatch", "ClaimMisbound")
_CLAIM_NAME: Final = re.compile(r'persistentvolumeclaim\s+"([^"]+)"\s+not\s+found', re.IGNORECASE)
_PROVISIONER: Final = "volume.kubernetes.io/storage-provisioner"


@dataclass(frozen=True)
class _Reason:
    """Why a claim has no volume."""

    message: str
    remedy: str
    evidence: str = ""


def volume_not_bound(snapshot: Snapshot) -> Iterator[Cause]:
    """A claim has no volume, or does not exist. A claim that only waits for a refused Pod is no cause."""
    for claim in snapshot.claims:
        if not claim.is_being_deleted and (reason := _find_reason(claim, snapshot)):
            yield new_cause(
                CauseId.VOLUME_NOT_BOUND,
                claim,
                f"the claim {claim.name} has no volume{reason.message and ': '}{reason.message}",
                reason.remedy,
                evidence=reason.evidence,
                since=claim.created,
            )
    yield from _claim_missing(snapshot)


def _claim_missing(snapshot: Snapshot) -> Iterator[Cause]:
    names = {claim.name for claim in snapshot.claims}
    for pod, message in list_unscheduled_pods(snapshot):
        found = _CLAIM_NAME.search(message)
        name = found[1] if found else ""
        if not name or name in names or snapshot.is_kind_forbidden("PersistentVolumeClaim"):
            continue
        claim = Reference("PersistentVolumeClaim", pod.namespace, name)
        if _is_existing_claim(name, snapshot):
            what = "the claim that the Pod mounts does not exist"
            remedy = f"correct `values.persistence.existingClaim`, or create that claim; {RENDER}"
        else:
            what = f"the claim {name} was deleted"
            remedy = _restore_remedy(pod.namespace, name, snapshot)
        yield new_cause(CauseId.VOLUME_NOT_BOUND, claim, what, remedy, evidence=message, since=pod.created)
        return


def _restore_remedy(namespace: str, name: str, snapshot: Snapshot) -> str:
    """Return how to create a deleted claim again, with its volume if that still exists."""
    create = recreate_remedy(snapshot.release)
    released = list_released(namespace, name, snapshot)
    if released:
        volume = released[0].name
        return f"its volume {volume} still exists: leave it to the next claim: {reserve_command(volume)}. Then {create}"
    return f"{create}. The new claim is empty: restore a backup, or push the images again"


def _is_existing_claim(name: str, snapshot: Snapshot) -> bool:
    """Return whether somebody else than the chart creates the claim."""
    release = snapshot.release
    return release is None or release.get("spec.values.persistence.existingClaim") == name


def _find_reason(claim: Object, snapshot: Snapshot) -> _Reason | None:
    """Return why a claim has no volume. None if it is bound, or need only wait."""
    phase = claim.text("status.phase")
    if phase == "Bound":
        return None
    events = {event.reason: event for event in reversed(snapshot.events_of(claim))}
    if phase == "Lost":
        return _lost(claim, events, snapshot)
    if failure := max(
        (events[reason] for reason in _FAILURES if reason in events), key=lambda event: event.last, default=None
    ):
        return _explain_failure(failure, claim, snapshot)
    if reason := _find_scheduling_reason(claim, snapshot):
        return reason
    if snapshot.is_scaled_to_zero and "WaitForFirstConsumer" in events:
        remedy = "deploy with `values.replicaCount: 1` first, then set it to 0"
        return _Reason("it waits for its first Pod, and with replicaCount 0 there is none", remedy)
    return _late_provisioner(claim, events, snapshot)


def _explain_failure(event: Event, claim: Object, snapshot: Snapshot) -> _Reason:
    """Return what the provisioner, or the controller of claims, reports."""
    phrase = find_phrase(event.message, PROVISION_PHRASES)
    if event.reason == "FailedBinding" and claim.get("spec.storageClassName") == "":
        return _Reason(
            "it waits for a volume without a class, and none that fits is free",
            "create a PersistentVolume without a class, of its size and access modes, or "
            f"{SET_CLASS}; {RENDER}. {_delete_claim(claim)}",
            event.message,
        )
    if phrase is None:
        return _Reason(
            "its provisioner reports an error",
            f"read the whole error: {_describe(claim)}, and the log of the provisioner{_provisioner(claim)}",
            event.message,
        )
    remedy = phrase.remedy
    volume = volume_of(claim, snapshot)
    if "already bound" in phrase.pattern and volume and volume.text("status.phase") == "Released":
        remedy = f"the volume is Released: leave it to this claim with {reserve_command(volume.name)}"
    if "values.persistence" in remedy:
        remedy = f"{remedy}. {_delete_claim(claim)}"
    return _Reason(phrase.message, remedy, event.message)


def _find_scheduling_reason(claim: Object, snapshot: Snapshot) -> _Reason | None:
    """Return what the scheduler reports about the claims of a Pod."""
    for _, message in list_unscheduled_pods(snapshot):
        if phrase := find_phrase(message, SCHEDULING_PHRASES):
            again = f". {_delete_claim(claim)}" if "values.persistence" in phrase.remedy else ""
            return _Reason(phrase.message, f"{phrase.remedy}{again}", message)
        if ABOUT_VOLUMES.search(message) and _is_late(claim, snapshot) and not snapshot.events_of(claim):
            return _Reason(
                "",
                f"find out why: {_describe(claim)}; its class and whether that has a provisioner: "
                "`kubectl get storageclass`",
                message,
            )
    return None


def _late_provisioner(claim: Object, events: dict[str, Event], snapshot: Snapshot) -> _Reason | None:
    """Return that the provisioner has not created the volume in time."""
    if not _is_late(claim, snapshot):
        return None
    if "Provisioning" in events:
        return _Reason(
            "its provisioner works on it for longer than a minute",
            f"wait, or read the log of the provisioner{_provisioner(claim)}",
            events["Provisioning"].message,
        )
    if "ExternalProvisioning" in events:
        return _Reason(
            f"its provisioner{_provisioner(claim)} does not create one",
            "check that the provisioner is installed and runs: `kubectl get csidrivers`, `kubectl get pods -A`",
            events["ExternalProvisioning"].message,
        )
    return None


def _lost(claim: Object, events: dict[str, Event], snapshot: Snapshot) -> _Reason:
    """Return why a claim that was bound has lost its volume."""
    volume = claim.text("spec.volumeName")
    if "ClaimMisbound" in events or volume_of(claim, snapshot):
        return _Reason(
            f"its volume {volume} is bound to another claim",
            f"find that claim: `kubectl get pv {volume}`; use it instead (`values.persistence.existingClaim`), or "
            f"delete this one: `kubectl delete pvc {claim.name} -n {claim.namespace}`",
            events["ClaimMisbound"].message if "ClaimMisbound" in events else "",
        )
    return _Reason(
        f"the PersistentVolume {volume} was deleted",
        f"if its storage still exists, create the PersistentVolume {volume} again for it: the claim is then Bound "
        f"again. If not, the images are lost: delete the claim with `kubectl delete pvc {claim.name} "
        f"-n {claim.namespace}`, end its Pods, and push again or restore a backup",
        events["ClaimLost"].message if "ClaimLost" in events else "",
    )


def _is_late(claim: Object, snapshot: Snapshot) -> bool:
    return claim.created is not None and snapshot.read_at - claim.created > _PROVISION_TIME


def _provisioner(claim: Object) -> str:
    """Return the name of the provisioner in parentheses, or ""."""
    annotations = claim.map("metadata.annotations")
    name = annotations.get(_PROVISIONER) or annotations.get(f"volume.beta.{_PROVISIONER.removeprefix('volume.')}")
    return f" ({name})" if name else ""


def _describe(claim: Object) -> str:
    return f"`kubectl describe pvc {claim.name} -n {claim.namespace}`"


def _delete_claim(claim: Object) -> str:
    return (
        "The existing claim keeps its settings, and is empty: "
        f"delete it with `kubectl delete pvc {claim.name} -n {claim.namespace}`"
    )


CAUSES: Final[tuple[FindCause, ...]] = (volume_not_bound,)

"""The claims of the deployment, their volumes, and where those can be mounted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.placement import ABOUT_VOLUMES, list_unscheduled_pods
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_PROVISION_TIME: Final = timedelta(seconds=60)
"""A claim that waits longer for its provisioner is a cause."""
_SET_CLASS: Final = "set `values.persistence.storageClass` to one of `kubectl get storageclass`"


def volume_not_bound(snapshot: Snapshot) -> Iterator[Cause]:
    """A claim has no volume, or does not exist. A claim that only waits for a refused Pod is no cause."""
    for claim in snapshot.claims:
        if unbound := _find_reason(claim, snapshot):
            evidence, remedy = unbound
            yield new_cause(
                CauseId.VOLUME_NOT_BOUND,
                claim,
                f"the claim {claim.name} has no volume",
                remedy,
                evidence=evidence,
                since=claim.created,
            )
    for pod, message in list_unscheduled_pods(snapshot):
        if 'persistentvolumeclaim "' in message:
            yield new_cause(
                CauseId.VOLUME_NOT_BOUND,
                pod,
                "the claim that the Pod mounts does not exist",
                f"correct `values.persistence.existingClaim`, or create that claim; {RENDER}",
                evidence=message,
                since=pod.created,
            )
            return


def _find_reason(claim: Object, snapshot: Snapshot) -> tuple[str, str] | None:
    """Return why a claim has no volume, and the remedy. None if it is bound, or need only wait."""
    if claim.text("status.phase") == "Bound":
        return None
    if claim.text("status.phase") == "Lost":
        return "its volume was deleted, with the images", "restore the volume, or delete the claim and push again"
    events = {event.reason: event for event in reversed(snapshot.events_of(claim))}
    for reason in ("ProvisioningFailed", "FailedBinding"):
        if reason in events:
            return events[reason].message, _provision_remedy(events[reason], claim)
    pods = [message for _, message in list_unscheduled_pods(snapshot) if ABOUT_VOLUMES.search(message)]
    if pods:
        return pods[0], f"{_SET_CLASS}, or create a matching volume; {RENDER}. {_delete_claim(claim)}"
    if snapshot.is_scaled_to_zero and "WaitForFirstConsumer" in events:
        remedy = "deploy with `values.replicaCount: 1` first, then set it to 0"
        return "it waits for its first Pod, and with replicaCount 0 there is none", remedy
    is_late = claim.created and snapshot.read_at - claim.created > _PROVISION_TIME
    if is_late and "ExternalProvisioning" in events:
        return events["ExternalProvisioning"].message, "check the Pods of the provisioner that the message names"
    return None


def _delete_claim(claim: Object) -> str:
    return (
        "The existing claim keeps its class, and is empty: "
        f"delete it with `kubectl delete pvc {claim.name} -n {claim.namespace}`"
    )


def _provision_remedy(event: Event, claim: Object) -> str:
    if "storageclass" in event.message or "no storage class" in event.message:
        return f"{_SET_CLASS}; {RENDER}. {_delete_claim(claim)}"
    return f"{_SET_CLASS}, or read the log of the provisioner"


def volume_held(snapshot: Snapshot) -> Iterator[Cause]:
    """The volume is attached to another node, where another Pod uses it."""
    for pod in snapshot.unready_pods:
        for event in snapshot.events_of(pod):
            if event.reason == "FailedAttachVolume" and "Multi-Attach" in event.message:
                yield new_cause(
                    CauseId.VOLUME_HELD,
                    pod,
                    "the volume is still attached to another node (Multi-Attach)",
                    "the volume is detached when the Pod there has ended; if its node is dead, "
                    "delete that Pod with `kubectl delete pod --force`. With `values.replicaCount` above 1, "
                    "the volume must be ReadWriteMany (`values.persistence.accessModes`)",
                    evidence=event.message,
                    since=pod.created,
                )
                return


CAUSES: Final[tuple[FindCause, ...]] = (
    volume_not_bound,
    volume_held,
)

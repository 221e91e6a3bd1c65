"""The Pod is there and has no node, or no volume."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.remedies import remedy
from registry_gitops.cluster.status.causes.wording import RENDER, named, said
from registry_gitops.cluster.status.model import Cause, CauseId
from registry_gitops.cluster.status.objects import Object
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_PATIENCE: Final = timedelta(seconds=60)
"""How long a provisioner may take for a volume before that is worth a word."""

_OF_VOLUMES: Final = re.compile(r"persistentvolumeclaim|persistent volumes|volume node affinity", re.IGNORECASE)
_NODE_REMEDIES: Final = {
    "Insufficient": "lower `values.resources.requests`, or give the cluster a larger node",
    "taint": "add the taint to `values.tolerations`",
    "affinity/selector": "correct `values.nodeSelector`, or label a node so: `kubectl get nodes --show-labels`",
    "topology spread": "loosen `values.topologySpreadConstraints`",
}
_CLASS: Final = "set `values.persistence.storageClass` to one of `kubectl get storageclass`"


def volume_not_bound(snapshot: Snapshot) -> Iterator[Cause]:
    """A claim has no volume, or is not there. One that waits for a Pod that is refused is no cause."""
    workload = snapshot.workload
    for claim in snapshot.claims:
        why = _unbound(claim, snapshot)
        if why:
            yield Cause(
                id=CauseId.VOLUME_NOT_BOUND,
                object=named(claim, snapshot),
                message=f"the claim {claim.name} has no volume",
                detail=said(why[0]),
                remedy=why[1],
                since=claim.created,
            )
    absent = [each for each in _unscheduled(snapshot) if 'persistentvolumeclaim "' in each[1]]
    if workload and absent:
        pod, message = absent[0]
        yield Cause(
            id=CauseId.VOLUME_NOT_BOUND,
            object=named(pod, snapshot),
            message="the claim that the Pod is to mount does not exist",
            detail=said(message),
            remedy=f"correct `values.persistence.existingClaim`, or create that claim; {RENDER}",
            since=pod.created,
        )


def _unbound(claim: Object, snapshot: Snapshot) -> tuple[str, str] | None:
    """What is said of a claim without a volume, and the remedy; None where it is bound, or only has to wait."""
    if claim.text("status.phase") == "Bound":
        return None
    said_of_it = {event.reason: event for event in reversed(snapshot.events_of(claim))}
    if claim.text("status.phase") == "Lost":
        return "its volume is gone, and with it the images", "restore the volume, or delete the claim and push again"
    for reason in ("ProvisioningFailed", "FailedBinding"):
        if reason in said_of_it:
            return said_of_it[reason].message, _provision_remedy(said_of_it[reason], claim)
    pods = [message for _, message in _unscheduled(snapshot) if _OF_VOLUMES.search(message)]
    if pods:
        return pods[0], f"{_CLASS}, or make a volume that fits; {RENDER}. {_fixed(claim)}"
    if snapshot.stopped and "WaitForFirstConsumer" in said_of_it:
        remedy = "install it with `values.replicaCount: 1` first, then stop it"
        return "it waits for its first Pod, and with replicaCount 0 there is none", remedy
    late = claim.created and snapshot.now - claim.created > _PATIENCE
    if late and "ExternalProvisioning" in said_of_it:
        return said_of_it["ExternalProvisioning"].message, "look at the Pods of the provisioner that it names"
    return None


def _fixed(claim: Object) -> str:
    return (
        f"The claim that is there keeps its class: `kubectl delete pvc {claim.name} -n {claim.namespace}`, it is empty"
    )


def _provision_remedy(event: Event, claim: Object) -> str:
    lacks_class = "storageclass" in event.message or "no storage class" in event.message
    return f"{_CLASS}; {RENDER}. {_fixed(claim)}" if lacks_class else f"{_CLASS}, or look at the provisioner's own log"


def volume_held(snapshot: Snapshot) -> Iterator[Cause]:
    """The volume is attached to another node, where a Pod still has it."""
    for pod in snapshot.waiting:
        for event in snapshot.events_of(pod):
            if event.reason == "FailedAttachVolume" and "Multi-Attach" in event.message:
                yield Cause(
                    id=CauseId.VOLUME_HELD,
                    object=named(pod, snapshot),
                    message="the volume is still attached to another node (Multi-Attach)",
                    detail=said(event.message),
                    remedy=(
                        "it is let go when the Pod there has ended; where its node is dead, "
                        "`kubectl delete pod --force` that Pod. With `values.replicaCount` over 1 the volume must be "
                        "ReadWriteMany (`values.persistence.accessModes`)"
                    ),
                    since=pod.created,
                )
                return


def unschedulable(snapshot: Snapshot) -> Iterator[Cause]:
    """No node takes the Pod, for reasons other than its volume."""
    for pod, message in _unscheduled(snapshot):
        if not _OF_VOLUMES.search(message):
            yield Cause(
                id=CauseId.UNSCHEDULABLE,
                object=named(pod, snapshot),
                message="no node takes the Pod",
                detail=said(message),
                remedy=f"{remedy(message, _NODE_REMEDIES, 'look at the nodes: `kubectl describe nodes`')}; {RENDER}",
                since=pod.condition("PodScheduled").since,
            )
            return


def _unscheduled(snapshot: Snapshot) -> list[tuple[Object, str]]:
    conditions = ((pod, pod.condition("PodScheduled")) for pod in snapshot.pods)
    return [(pod, condition.message) for pod, condition in conditions if condition.false]

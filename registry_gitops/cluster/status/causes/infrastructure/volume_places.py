"""Where a volume is: attached to another node, or in a place where no node can run the Pod."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import find_phrase
from registry_gitops.cluster.status.causes.infrastructure.node_reasons import RESOURCE_PHRASES
from registry_gitops.cluster.status.causes.infrastructure.placement import find_pod_reasons, list_unscheduled_pods
from registry_gitops.cluster.status.causes.infrastructure.volume_phrases import PLACE_PHRASES
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.persistent_volumes import list_hosts, list_zones, volume_of
from registry_gitops.cluster.status.snapshot import Snapshot

_MULTI_ATTACH: Final = re.compile(r"multi-attach\s+error", re.IGNORECASE)
_USERS: Final = re.compile(r"already\s+used\s+by\s+pod\(s\)\s+([^\s,]+(?:, [^\s,]+)*)", re.IGNORECASE)


def volume_elsewhere(snapshot: Snapshot) -> Iterator[Cause]:
    """The scheduler finds no node where the volume is."""
    for pod, message in list_unscheduled_pods(snapshot):
        phrase = find_phrase(message, PLACE_PHRASES)
        place = _describe_place(snapshot)
        reasons = find_pod_reasons(pod, message, snapshot)[:1]
        # The node that is ill, closed, or full can be that of the volume.
        is_other_reason = any(reason.is_about_node or reason.phrase in RESOURCE_PHRASES for reason in reasons)
        if phrase and (place or not is_other_reason):
            what, remedy = place or (phrase.message, phrase.remedy)
            since = pod.condition("PodScheduled").since
            yield new_cause(CauseId.VOLUME_ELSEWHERE, pod, what, remedy, evidence=message, since=since)
            return


def _describe_place(snapshot: Snapshot) -> tuple[str, str] | None:
    """Return where the volume can be mounted, and what to do; None if that was not read."""
    for claim in snapshot.claims:
        volume = volume_of(claim, snapshot)
        if volume and (hosts := list_hosts(volume)):
            return _describe_hosts(claim, volume, hosts, snapshot)
        if volume and (zones := list_zones(volume)):
            where = " or ".join(dict.fromkeys(zones))
            return (
                f"the volume {volume.name} is in zone {where}, where no node can run the Pod",
                f"let a node of that zone run the Pod: `kubectl get nodes -L topology.kubernetes.io/zone`; if there is "
                f"none, add one, or remove what keeps the Pod out of the zone (`values.nodeSelector`, "
                f"`values.affinity`); {RENDER}",
            )
    return None


def _describe_hosts(claim: Object, volume: Object, hosts: list[str], snapshot: Snapshot) -> tuple[str, str]:
    where = " or ".join(hosts)
    node = snapshot.find(Reference("Node", "", hosts[0]))
    lost = (
        f"if it is gone for good, so are the images: delete the claim with `kubectl delete pvc {claim.name} "
        f"-n {claim.namespace}`, and push again or restore a backup"
    )
    what = f"the volume {volume.name} is on the disk of node {where}"
    if node is None and not snapshot.is_kind_forbidden("Node"):
        return f"{what}, which the cluster does not have", f"bring the node {where} back; {lost}"
    if node and not node.condition("Ready").is_true:
        return f"{what}, which is not ready", f"start the node {where} again; {lost}"
    if node and node.get("spec.unschedulable") is True:
        return f"{what}, which is cordoned", f"let it run Pods again: `kubectl uncordon {where}`"
    return (
        f"{what}, which cannot run the Pod",
        f"find out why: `kubectl describe node {where}`. Free its CPU and memory, or remove what keeps the Pod from it "
        f"(`values.nodeSelector`, `values.affinity`); {RENDER}",
    )


def volume_held(snapshot: Snapshot) -> Iterator[Cause]:
    """The volume is attached to another node, or another Pod uses it."""
    for pod in snapshot.unready_pods:
        message = _find_holder(pod, snapshot)
        if message:
            what, remedy = _describe_holder(pod, message, snapshot)
            yield new_cause(CauseId.VOLUME_HELD, pod, what, remedy, evidence=message, since=pod.created)
            return


def _find_holder(pod: Object, snapshot: Snapshot) -> str:
    """Return the message that another node or Pod holds the volume, or ""."""
    for event in snapshot.events_of(pod):
        if event.reason == "SuccessfulAttachVolume":
            return ""
        if event.reason == "FailedAttachVolume" and _MULTI_ATTACH.search(event.message):
            return event.message
    scheduled = pod.condition("PodScheduled")
    return scheduled.message if scheduled.is_false and "ReadWriteOncePod" in scheduled.message else ""


def _describe_holder(pod: Object, message: str, snapshot: Snapshot) -> tuple[str, str]:
    found = _USERS.search(message)
    users = found[1].split(", ") if found else []
    own = {item.name for item in snapshot.all_pods}
    if not users and "ReadWriteOncePod" in message:
        users = [item.name for item in snapshot.all_pods if item.uid != pod.uid and item.text("spec.nodeName")]
    if not users:
        return (
            "the volume is still attached to another node (Multi-Attach)",
            "wait: it is detached when the node there has unmounted it, or 6 minutes after the end of its Pod if the "
            "node is not ready. `kubectl get volumeattachments` shows the node; if its machine is gone for good, "
            "`kubectl delete node` frees the volume at once",
        )
    names = " and ".join(users)
    what = f"the volume is still used by the Pod {names} on another node"
    if not set(users) & own:
        return what, f"end that Pod: it mounts the same claim: `kubectl describe pod -n {pod.namespace} {users[0]}`"
    wanted = snapshot.workload.number("spec.replicas", 1) if snapshot.workload else 1
    if wanted > 1:
        return (
            f"{what}, and one node only can mount it",
            "set `values.replicaCount: 1`; more replicas need a volume for many nodes (a new claim with "
            f"`values.persistence.accessModes: [ReadWriteMany]`) or object storage; {RENDER}",
        )
    if snapshot.workload and snapshot.workload.text("spec.strategy.type") == "RollingUpdate":
        return (
            f"{what}, and a rolling update ends that one only when this one is ready",
            f'set `values.updateStrategy.type: ""`, which chooses Recreate for such a volume; {RENDER}',
        )
    return what, "wait until that Pod has ended"


CAUSES: Final[tuple[FindCause, ...]] = (
    volume_elsewhere,
    volume_held,
)

"""Nodes that are not healthy, or closed for Pods, and Pods that they evicted or refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.infrastructure.node_reasons import RESOURCE_PHRASES, format_remedy
from registry_gitops.cluster.status.causes.infrastructure.placement import (
    describe_reasons,
    find_new_node,
    find_pod_reasons,
    list_unscheduled_pods,
)
from registry_gitops.cluster.status.causes.wording import with_render
from registry_gitops.cluster.status.live_objects import Object, list_containers, parse_time
from registry_gitops.cluster.status.snapshot import Snapshot

_EVICTION_TIME: Final = timedelta(minutes=10)
"""What ended a Pod longer ago does not explain why its successors are not ready."""

CONDITION_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"stopped posting node status|never posted node status|nodestatusunknown",
        "does not report its state",
        "start the node, or restore its connection to the API server. If it is gone for good, "
        "`kubectl delete node {node}` lets Kubernetes replace its Pods",
    ),
    Phrase(
        r"networkpluginnotready|network plugin|cni plugin|cni config",
        "has no network plugin (CNI) that works",
        "repair the network plugin of the node, whose Pods "
        "`kubectl get pods -A -o wide --field-selector spec.nodeName={node}` shows",
    ),
    Phrase(
        r"pleg is not healthy|container runtime is down|container runtime status check",
        "has a container runtime that does not respond",
        "restart the container runtime and the kubelet on the node; if it is overloaded, move Pods away from it",
    ),
    Phrase(
        r"node is shutting down|shutdown",
        "is shutting down",
        "wait until the node is back; Kubernetes moves its Pods to other nodes that can run them",
    ),
)
"""Messages of the condition Ready of a node."""

EVICTION_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"usage of emptydir volume",
        "an emptyDir volume of the Pod exceeded its size limit",
        "raise the `sizeLimit` of that volume in `values.extraVolumes`",
    ),
    Phrase(
        r"exceeded its local ephemeral storage limit|exceeds the total limit of containers",
        "the Pod exceeded its limit of disk space",
        "raise `values.resources.limits.ephemeral-storage`",
    ),
    Phrase(
        r"low on resource: (?:ephemeral-storage|nodefs|imagefs|inodes)|diskpressure",
        "the disk of the node was nearly full",
        "free space on the disk of {node}, such as unused images and logs, or enlarge it{images}",
    ),
    Phrase(
        r"low on resource: memory|memorypressure",
        "the memory of the node was nearly full",
        "set `values.resources.requests.memory` to what the registry uses, so that other Pods are evicted first, "
        "or add memory to {node}",
    ),
    Phrase(
        r"node shutdown|node is shutting|shutting down",
        "the node was shut down",
        "wait until {node} is back, or another node can run the Pod",
    ),
    Phrase(
        r"have enough resource|volume attachment limit",
        "the node had no room for the Pod",
        "wait for the next Pod; if all of them end like this, lower `values.resources.requests`, or add a node",
    ),
    Phrase(
        r"in order to admit critical pod",
        "the node ended the Pod to run a critical one",
        "add a node, or lower what other Pods request on {node}",
    ),
    Phrase(
        r"forbidden sysctl",
        "the node refuses a sysctl of the Pod",
        "remove it from `values.podSecurityContext.sysctls`, or allow it in the kubelet (allowedUnsafeSysctls)",
    ),
    Phrase(
        r"predicate nodeaffinity failed|node affinity/selector|label doesn't match node label",
        "the labels of the node do not match the Pod any more",
        "correct `values.nodeSelector` or `values.affinity`, or the labels: `kubectl get node {node} --show-labels`",
    ),
)
"""Messages of Pods that a node evicted or refused."""


def node_not_ready(snapshot: Snapshot) -> Iterator[Cause]:
    """A Pod is on a node that is not ready."""
    for pod in snapshot.unready_pods:
        node = snapshot.node_of(pod)
        if node and node.condition("Ready").status in ("False", "Unknown"):
            yield _not_ready(node)
            return
        if node is None and _is_lost(pod, snapshot):
            name = pod.text("spec.nodeName")
            yield new_cause(
                CauseId.NODE_UNAVAILABLE,
                pod,
                f"node {name or 'of the Pod'} is not ready",
                f"repair the node, or ask its administrator to: `kubectl describe node {name or 'NODE'}`",
                evidence="NodeNotReady: Node is not ready",
                since=pod.condition("Ready").since,
            )
            return


def _not_ready(node: Object) -> Cause:
    name, ready = node.name, node.condition("Ready")
    reported = f"{ready.reason}: {ready.message}"
    phrase = find_phrase(reported, CONDITION_PHRASES)
    what, remedy = (phrase.message, phrase.remedy) if phrase else ("is not ready", "repair the node")
    return new_cause(
        CauseId.NODE_UNAVAILABLE,
        node,
        f"node {name} {what}",
        f"{remedy.replace('{node}', name)}; its conditions: `kubectl describe node {name}`",
        evidence=reported,
        since=ready.since,
    )


def _is_lost(pod: Object, snapshot: Snapshot) -> bool:
    """Return whether only the node controller says that a Pod is not ready, for a node that could not be read."""
    containers = list(list_containers(pod))
    is_reported = any(event.reason == "NodeNotReady" for event in snapshot.events_of(pod))
    return is_reported and bool(containers) and all(container.is_ready for container in containers)


def no_healthy_node(snapshot: Snapshot) -> Iterator[Cause]:
    """The scheduler found no node for a Pod, because those that could run it are ill or closed."""
    for pod, message in list_unscheduled_pods(snapshot):
        reasons = find_pod_reasons(pod, message, snapshot)
        if not reasons or not reasons[0].is_about_node or find_new_node(pod, snapshot):
            continue
        full = next((reason for reason in reasons if reason.phrase in RESOURCE_PHRASES), None)
        named = [reason for reason in reasons if reason.is_about_node or reason is full]
        others = f". For the other nodes: {with_render(format_remedy(full, pod))}" if full else ""
        yield new_cause(
            CauseId.NODE_UNAVAILABLE,
            pod,
            f"no node can run the Pod: {describe_reasons(named, message)}",
            f"{format_remedy(reasons[0], pod)}{others}",
            evidence=message,
            since=pod.condition("PodScheduled").since,
        )
        return


def pod_evicted(snapshot: Snapshot) -> Iterator[Cause]:
    """A node evicted the Pod, or refused it, and no other Pod is ready yet. A Pod that ended earlier is no cause."""
    if not snapshot.is_rolling_out:
        return
    for pod in snapshot.all_pods:
        reason, message = pod.text("status.reason"), pod.text("status.message")
        ended = _find_end(pod)
        is_recent = ended is not None and snapshot.read_at - ended < _EVICTION_TIME
        if pod.text("status.phase") == "Failed" and reason and is_recent:
            what, remedy = _explain_end(pod, f"{reason}: {message}", snapshot)
            yield new_cause(CauseId.POD_EVICTED, pod, what, remedy, evidence=f"{reason}: {message}", since=ended)
            return


def _explain_end(pod: Object, reported: str, snapshot: Snapshot) -> tuple[str, str]:
    """Return why a node ended a Pod, and the remedy."""
    node = pod.text("spec.nodeName")
    name = f"node {node}" if node else "the node"
    phrase = find_phrase(reported, EVICTION_PHRASES)
    if phrase is None:
        return f"{name} ended the Pod", f"look up what the node reports: `kubectl describe node {node or 'NODE'}`"
    remedy = phrase.remedy.replace("node {node}", f"node {node or 'NODE'}").replace("{node}", name)
    images = "; then keep the images on a volume: set `values.persistence.enabled: true`"
    remedy = remedy.replace("{images}", images if _keeps_images_on_node(snapshot) else "")
    return f"{name} ended the Pod: {phrase.message}", with_render(remedy)


def _keeps_images_on_node(snapshot: Snapshot) -> bool:
    volumes = map(Object, snapshot.workload.items("spec.template.spec.volumes") if snapshot.workload else ())
    return any(volume.text("name") == "data" and volume.get("emptyDir") is not None for volume in volumes)


def _find_end(pod: Object) -> datetime | None:
    """Return when a Pod ended, as far as it tells: the end of a container, its eviction, or else its creation."""
    ends = [parse_time(container.ended.get("finishedAt")) for container in list_containers(pod)]
    times = [*ends, pod.condition("DisruptionTarget").since, pod.condition("Ready").since]
    return max((time for time in times if time), default=pod.created)


CAUSES: Final[tuple[FindCause, ...]] = (
    node_not_ready,
    no_healthy_node,
    pod_evicted,
)

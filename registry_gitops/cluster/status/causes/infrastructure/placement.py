"""No node can run the Pod: the scheduler has found none, or has not looked for one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.infrastructure.node_reasons import (
    LABELS,
    REQUEST_PHRASES,
    RESERVED,
    RESOURCE_PHRASES,
    NodeReason,
    count_nodes,
    find_reasons,
    format_remedy,
)
from registry_gitops.cluster.status.causes.wording import RENDER, with_render
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Event, Snapshot

ABOUT_VOLUMES: Final = re.compile(
    r"persistentvolumeclaim|persistent\s+volumes|volume\s+node\s+affinity|persistentvolume's\s+node|pvc\(s\)"
    r"|free\s+storage|available\s+(?:volume\s+zone|disk)|binding\s+volumes",
    re.IGNORECASE,
)
_SCHEDULER_TIME: Final = timedelta(seconds=30)
"""A Pod at which no scheduler looked for longer is a cause."""
_KEY: Final = re.compile(r"`values\.resources\.requests\.[\w-]+`")
_NODE_TIME: Final = timedelta(minutes=15)
"""A node that an autoscaler has not added by then did not start."""
_ADDING: Final = ("TriggeredScaleUp", "Nominated")
_NOT_ADDING: Final = ("NotTriggerScaleUp", "FailedScaleUp", "FailedScheduling")
"""Reasons of the events of cluster-autoscaler and Karpenter; the last one is that of the scheduler too."""

AUTOSCALER_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"max node group size reached|max (?:cluster )?limit reached|limits? (?:exceeded )?for nodepool",
        "the autoscaler has reached its limit",
        "raise the maximum of the node group, or the `limits` of the NodePool; or ",
    ),
    Phrase(
        r"in backoff after failed scale-up|scale up .* failed|insufficient ?instance ?capacity",
        "the autoscaler could not add a node",
        "find out why the cloud provider gave no node, or ",
    ),
    Phrase(
        r"didn't trigger scale-up|incompatible with nodepool|no instance type",
        "none of the autoscaler's node groups fits",
        "",
    ),
)
"""Why an autoscaler adds no node, and what helps besides the remedy of the scheduler's reason."""

WAITING_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"waiting for the preemption",
        "the Pod waits until Pods of lower priority have ended, whose node it takes",
        "wait: it starts when they have ended",
    ),
    Phrase(
        r"scheduling gates",
        "the Pod waits for its scheduling gates",
        "the controller that set `schedulingGates` removes them, such as that of a queue: look for what it waits for",
    ),
    Phrase(r"no nodes available to schedule", "the cluster has no nodes", "add a node, or start one"),
)
"""Messages that are about no node."""


def unschedulable(snapshot: Snapshot) -> Iterator[Cause]:
    """No node can run the Pod, for reasons other than its volume and the health of nodes."""
    for pod, message in list_unscheduled_pods(snapshot):
        reasons = find_pod_reasons(pod, message, snapshot)
        new_node = find_new_node(pod, snapshot)
        if new_node:
            what = "no node can run the Pod yet: the autoscaler adds one"
            remedy = f"wait until the node is ready: the autoscaler reports `{new_node.reason}`"
        elif (reasons and reasons[0].is_about_node) or (not reasons and ABOUT_VOLUMES.search(message)):
            continue
        else:
            what, remedy = _explain(pod, message, reasons, snapshot)
        since = pod.condition("PodScheduled").since
        yield new_cause(CauseId.UNSCHEDULABLE, pod, what, remedy, evidence=message, since=since)
        return


def _explain(pod: Object, message: str, reasons: Sequence[NodeReason], snapshot: Snapshot) -> tuple[str, str]:
    """Return what is wrong, and the remedy."""
    if phrase := find_phrase(message, WAITING_PHRASES):
        return phrase.message, phrase.remedy
    if not reasons:
        return "no node can run the Pod", "compare the nodes with what the message names: `kubectl describe nodes`"
    first = reasons[0]
    named = [first]
    if first.phrase in REQUEST_PHRASES:
        # A node can have too little of several resources.
        named = [reason for reason in reasons if reason.phrase in REQUEST_PHRASES and reason.count == first.count]
    what = f"no node can run the Pod: {describe_reasons(named, message)}"
    keys = [key for reason in named for key in _KEY.findall(reason.phrase.remedy)]
    remedy = with_render(_KEY.sub(lambda _: " and ".join(keys), format_remedy(first, pod), 1))
    reserved = next((reason for reason in reasons if reason.phrase is RESERVED), None)
    if first.phrase is LABELS and reserved:
        return what, f"{remedy}. If the labels are those of the nodes with the taint: {format_remedy(reserved, pod)}"
    if first.phrase in RESOURCE_PHRASES:
        if phrase := _find_autoscaler_phrase(pod, snapshot):
            return f"{what}; {phrase.message}", f"{phrase.remedy}{remedy}"
        if _was_preempted(snapshot):
            priority = "set `values.priorityClassName` to one of `kubectl get priorityclasses`"
            return f"{what}; a Pod of higher priority took its place", f"{priority}, or {remedy}"
    return what, remedy


def not_scheduled(snapshot: Snapshot) -> Iterator[Cause]:
    """No scheduler has looked at the Pod."""
    for pod in snapshot.pods:
        if pod.text("spec.nodeName") or pod.condition("PodScheduled").status != "Missing" or not pod.created:
            continue
        name = pod.text("spec.schedulerName")
        if name and pod.text("status.phase") == "Pending" and snapshot.read_at - pod.created > _SCHEDULER_TIME:
            is_default = name == "default-scheduler"
            yield new_cause(
                CauseId.UNSCHEDULABLE,
                pod,
                f"no scheduler has looked at the Pod: {name} does not run",
                "repair the scheduler of the cluster: `kubectl get pods -n kube-system`"
                if is_default
                else f"correct `values.schedulerName`, or start that scheduler; {RENDER}",
                since=pod.created,
            )
            return


def list_unscheduled_pods(snapshot: Snapshot) -> list[tuple[Object, str]]:
    """Return the Pods without a node, each with the scheduler's message."""
    conditions = ((pod, pod.condition("PodScheduled")) for pod in snapshot.pods)
    return [(pod, condition.message) for pod, condition in conditions if condition.is_false]


def find_pod_reasons(pod: Object, message: str, snapshot: Snapshot) -> tuple[NodeReason, ...]:
    """Return the reasons why the scheduler found no node for a Pod, the one to change first."""
    # A node that another Pod is on was read by its name, too.
    nodes = {node.name: node for node in snapshot.of_kinds("Node")}
    return find_reasons(message, pod, nodes.values())


def describe_reasons(reasons: Sequence[NodeReason], message: str) -> str:
    """Return reasons in a few words, with the number of nodes."""
    total = count_nodes(message)
    return ", ".join(f"{reason.phrase.message} ({reason.count} of {total} nodes)" for reason in reasons)


def find_new_node(pod: Object, snapshot: Snapshot) -> Event | None:
    """Return the event of an autoscaler that says that it adds a node for a Pod, if that is not too long ago."""
    events = (event for event in snapshot.events_of(pod) if event.reason in (*_ADDING, *_NOT_ADDING))
    newest = next(events, None)
    is_recent = newest is not None and snapshot.read_at - newest.last < _NODE_TIME
    return newest if newest and is_recent and newest.reason in _ADDING else None


def _find_autoscaler_phrase(pod: Object, snapshot: Snapshot) -> Phrase | None:
    messages = (event.message for event in snapshot.events_of(pod) if event.reason in _NOT_ADDING)
    return next((phrase for message in messages if (phrase := find_phrase(message, AUTOSCALER_PHRASES))), None)


def _was_preempted(snapshot: Snapshot) -> bool:
    """Return whether a Pod of the workload was removed for one of higher priority: its events remain."""
    workload = snapshot.workload
    return workload is not None and any(
        event.reason == "Preempted" and event.object.startswith(f"Pod/{workload.name}-") for event in snapshot.events
    )


CAUSES: Final[tuple[FindCause, ...]] = (
    unschedulable,
    not_scheduled,
)

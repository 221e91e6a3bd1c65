"""No node can run the Pod."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.kubectl_errors import find_remedy
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot

ABOUT_VOLUMES: Final = re.compile(r"persistentvolumeclaim|persistent volumes|volume node affinity", re.IGNORECASE)
_NODE_REMEDIES: Final = {
    "Insufficient": "lower `values.resources.requests`, or add a larger node to the cluster",
    "taint": "add the taint to `values.tolerations`",
    "affinity/selector": "correct `values.nodeSelector`, or label a node to match: `kubectl get nodes --show-labels`",
    "topology spread": "relax `values.topologySpreadConstraints`",
}


def unschedulable(snapshot: Snapshot) -> Iterator[Cause]:
    """No node can run the Pod, for reasons other than its volume."""
    for pod, message in list_unscheduled_pods(snapshot):
        if not ABOUT_VOLUMES.search(message):
            remedy = find_remedy(message, _NODE_REMEDIES, "check the nodes: `kubectl describe nodes`")
            yield new_cause(
                CauseId.UNSCHEDULABLE,
                pod,
                "no node can run the Pod",
                f"{remedy}; {RENDER}",
                evidence=message,
                since=pod.condition("PodScheduled").since,
            )
            return


def list_unscheduled_pods(snapshot: Snapshot) -> list[tuple[Object, str]]:
    """Return the Pods without a node, each with the scheduler's message."""
    conditions = ((pod, pod.condition("PodScheduled")) for pod in snapshot.pods)
    return [(pod, condition.message) for pod, condition in conditions if condition.is_false]


CAUSES: Final[tuple[FindCause, ...]] = (unschedulable,)

"""The API server refuses the Pod, so none exists: the ReplicaSet or StatefulSet has the reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot


def pod_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """Pod Security, a quota, or another policy refuses the Pod."""
    for owner, evidence, since in _refusals(snapshot):
        id_ = CauseId.POD_FORBIDDEN
        if "exceeded quota" in evidence or "must specify" in evidence:
            id_, message = CauseId.QUOTA_EXCEEDED, "the Pod exceeds a quota of the Namespace"
            remedy = f"lower `values.resources`, or raise the quota: `kubectl describe quota -n {owner.namespace}`"
        elif "violates PodSecurity" in evidence:
            message = f"the Pod Security level of namespace {owner.namespace} forbids the Pod"
            remedy = (
                "remove the settings that differ from the defaults in `values.containerSecurityContext` and "
                f"`values.podSecurityContext`: the level allows the defaults; {RENDER}"
            )
        else:
            message = "a policy of the cluster forbids the Pod"
            remedy = "change the values that the policy names, or ask the administrator of the cluster"
        yield new_cause(id_, owner, message, remedy, evidence=evidence, since=since)
        return


def _refusals(snapshot: Snapshot) -> Iterator[tuple[Object, str, datetime | None]]:
    for owner in snapshot.replica_sets:
        condition = owner.condition("ReplicaFailure")
        if condition.is_true and condition.reason == "FailedCreate":
            yield owner, condition.message, condition.since
    # A StatefulSet has no such condition.
    workload = snapshot.workload
    if workload and workload.kind == "StatefulSet" and not snapshot.pods:
        for event in snapshot.events_of(workload):
            if event.reason == "FailedCreate":
                yield workload, event.message, event.last


CAUSES: Final[tuple[FindCause, ...]] = (pod_refused,)

"""The API refuses the Pod, so that there is none to look at: its ReplicaSet says why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from registry_gitops.cluster.status.causes.wording import RENDER, named, said
from registry_gitops.cluster.status.model import Cause, CauseId
from registry_gitops.cluster.status.objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot


def pod_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """Pod Security, a quota or another policy."""
    for owner, message, since in _refusals(snapshot):
        if "exceeded quota" in message or "must specify" in message:
            id_, sentence = CauseId.QUOTA_EXCEEDED, "a quota of the Namespace leaves no room for the Pod"
            remedy = f"lower `values.resources`, or raise the quota: `kubectl describe quota -n {owner.namespace}`"
        elif "violates PodSecurity" in message:
            id_ = CauseId.POD_FORBIDDEN
            sentence = f"the Pod Security level of namespace {owner.namespace} forbids the Pod"
            remedy = (
                "take away what differs from the defaults in `values.containerSecurityContext` and "
                f"`values.podSecurityContext`: with these the Pod is allowed; {RENDER}"
            )
        else:
            id_, sentence = CauseId.POD_FORBIDDEN, "a policy of the cluster forbids the Pod"
            remedy = "change the values that the policy names, or ask whoever runs the cluster"
        yield Cause(
            id=id_, object=named(owner, snapshot), message=sentence, detail=said(message), remedy=remedy, since=since
        )
        return


def _refusals(snapshot: Snapshot) -> Iterator[tuple[Object, str, datetime | None]]:
    for owner in snapshot.replica_sets:
        condition = owner.condition("ReplicaFailure")
        if condition.true and condition.reason == "FailedCreate":
            yield owner, condition.message, condition.since
    # A StatefulSet has no such condition.
    workload = snapshot.workload
    if workload and workload.kind == "StatefulSet" and not snapshot.pods:
        for event in snapshot.events_of(workload):
            if event.reason == "FailedCreate":
                yield workload, event.message, event.last

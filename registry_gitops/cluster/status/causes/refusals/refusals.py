"""The API server refuses the Pod, so none exists: its ReplicaSet, StatefulSet, or Job has the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.refusals.refusal_phrases import explain_refusal
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Event, Snapshot
from registry_gitops.findings import Severity

_FAILED: Final = "FailedCreate"
_CREATED: Final = "SuccessfulCreate"
_PREFIX: Final = re.compile(r"^(?:\(combined from similar events\): )?(?:Error creating(?: job)?: )?")
_REFUSED: Final = {"CronJob": "Job"}
"""Kind of an owner -> the kind that it creates, if it is not a Pod."""


class _Refused(NamedTuple):
    owner: Object
    message: str
    since: datetime | None


def pod_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """The API server refuses the Pod."""
    for refused in _find_refused(snapshot):
        yield _new_cause(refused, snapshot, Severity.ERROR)
        return


def job_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """The API server refuses the Pod of the Job that collects garbage, or that Job."""
    for owner in filter(None, (snapshot.collection_job, snapshot.collection_cron_job)):
        if event := _last_failure(owner, snapshot):
            yield _new_cause(_Refused(owner, event.message, event.last), snapshot, Severity.WARNING)
            return


def _new_cause(refused: _Refused, snapshot: Snapshot, severity: Severity) -> Cause:
    owner, message, since = refused
    evidence = _PREFIX.sub("", message)
    refusal = explain_refusal(evidence, snapshot, f"the {_REFUSED.get(owner.kind, 'Pod')}")
    if refusal is None:
        id_, words = CauseId.POD_FORBIDDEN, f"the API server does not accept the Pod of the {owner.kind}"
        remedy = (
            f"the message has the reason: `kubectl describe {owner.kind.lower()} {owner.name} -n {owner.namespace}`"
        )
    else:
        id_, words, remedy = refusal.id, refusal.message, refusal.remedy
    if id_ is CauseId.OBJECT_FORBIDDEN:
        id_ = CauseId.POD_FORBIDDEN
    return new_cause(id_, owner, words, remedy, evidence=evidence, since=since, severity=severity)


def _find_refused(snapshot: Snapshot) -> Iterator[_Refused]:
    workload = snapshot.workload
    for owner in (*snapshot.replica_sets, *([workload] if workload else [])):
        condition = owner.condition("ReplicaFailure")
        if condition.is_true and condition.reason == _FAILED:
            # The condition keeps its first message while the reason changes; the event has the last one.
            event = _last_failure(owner, snapshot)
            yield _Refused(owner, event.message if event else condition.message, condition.since)
    # A StatefulSet has no such condition.
    if workload and workload.kind == "StatefulSet" and _lacks_pods(workload, snapshot):
        event = _last_failure(workload, snapshot)
        yield from [_Refused(workload, event.message, event.last)] if event else []


def _lacks_pods(workload: Object, snapshot: Snapshot) -> bool:
    return len(snapshot.pods) < workload.number("spec.replicas", 1)


def _last_failure(owner: Object, snapshot: Snapshot) -> Event | None:
    """Return the newest event about a failed creation, if no successful one is newer."""
    events = (event for event in snapshot.events_of(owner) if event.reason in (_FAILED, _CREATED))
    newest = next(events, None)
    return newest if newest and newest.reason == _FAILED else None


CAUSES: Final[tuple[FindCause, ...]] = (pod_refused,)

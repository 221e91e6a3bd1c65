"""Garbage collection failed, or has left something behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.refusals import job_refused
from registry_gitops.cluster.status.causes.registry_log import find_error_line
from registry_gitops.cluster.status.last_collection import find_garbage_collection
from registry_gitops.cluster.status.snapshot import COLLECTOR, Snapshot
from registry_gitops.findings import Severity


def collection_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """The collector ended with an error: the registry serves, but its storage grows."""
    collection = find_garbage_collection(snapshot)
    about = snapshot.collection_job or next(iter(snapshot.collection_pods), None)
    if about is None or collection is None or collection.state != "failed":
        return
    pod = next(iter(snapshot.collection_pods), None)
    log = snapshot.logs.get(f"{pod.name}/{COLLECTOR}", "") if pod else ""
    name = pod.name if pod else f"job/{about.name}"
    yield new_cause(
        CauseId.COLLECTION_FAILED,
        about,
        "garbage was not collected",
        f"correct what the log names: `kubectl logs -n {about.namespace} {name} --all-containers`",
        evidence=find_error_line(log) or about.condition("Failed").message,
        since=collection.ended,
        severity=Severity.WARNING,
    )


def left_read_only(snapshot: Snapshot) -> Iterator[Cause]:
    """The registry refuses pushes for a collection that does not run any more."""
    workload, collection = snapshot.workload, find_garbage_collection(snapshot)
    if workload is None or not snapshot.is_read_only or (collection and collection.state == "running"):
        return
    variables = "REGISTRY_STORAGE_MAINTENANCE- REGISTRY_STORAGE_CACHE-"
    label = '{"spec": {"template": {"metadata": {"labels": {"docker-registry/access": null}}}}}'
    on = f"-n {workload.namespace} deployment/{workload.name}"
    yield new_cause(
        CauseId.LEFT_READ_ONLY,
        workload,
        "the registry refuses pushes: a collection of garbage was ended before it could make it writable again",
        f"`kubectl set env {on} {variables}`, then `kubectl patch {on} -p '{label}'`; the next collection does it too",
        severity=Severity.WARNING,
    )


CAUSES: Final[tuple[FindCause, ...]] = (
    left_read_only,
    job_refused,
    collection_failed,
)

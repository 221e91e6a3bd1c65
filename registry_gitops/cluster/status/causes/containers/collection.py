"""Garbage collection failed, cannot start, or has left something behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.containers.container_origin import adapt_remedy
from registry_gitops.cluster.status.causes.containers.image_pulls import NOT_PULLED, describe_pull
from registry_gitops.cluster.status.causes.containers.registry_log import explain_line, find_error_line
from registry_gitops.cluster.status.causes.refusals import job_refused
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.last_collection import find_garbage_collection
from registry_gitops.cluster.status.live_objects import Object, list_containers
from registry_gitops.cluster.status.snapshot import COLLECTOR, KEEPER, Snapshot
from registry_gitops.findings import Severity

_RUN: Final = re.compile(rf"^{COLLECTOR} start=.*$", re.MULTILINE)
"""The line with which the collector ends a run."""

COLLECTION_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"\bforbidden\b|deployment cannot be changed",
        "its Job is not allowed to make the registry read-only",
        "restore the Role and RoleBinding of the chart: `flux reconcile helmrelease NAME -n NAMESPACE --force`",
    ),
    Phrase(
        r"not every pod (?:is|was) read-only|may accept pushes",
        "not every Pod of the registry became read-only in time, so that nothing was deleted",
        "see why the rollout took so long: `kubectl get pods -n NAMESPACE`; the next collection tries again",
    ),
    Phrase(
        r"the pod (?:was )?ended",
        "its Pod was ended",
        "wait: the next collection tries again",
    ),
    Phrase(
        r"path not found",
        "it met files that are gone: two collections ran at a time, or nothing was ever pushed",
        "wait: the next collection tries again",
    ),
)
"""What the scripts of the chart, and the collector of the registry, print when they fail."""


def collection_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """The collector ended with an error: the registry serves, but its storage grows."""
    collection = find_garbage_collection(snapshot)
    about = snapshot.collection_job or next(iter(snapshot.collection_pods), None)
    if about is None or collection is None or collection.state != "failed":
        return
    pod = next(iter(snapshot.collection_pods), None)
    error = _find_error(pod, snapshot)
    phrase = find_phrase(error, COLLECTION_PHRASES) or explain_line(error)
    name = pod.name if pod else f"job/{about.name}"
    log = f"`kubectl logs -n {about.namespace} {name} --all-containers`"
    remedy = _fill_in(adapt_remedy(phrase, COLLECTOR, snapshot), snapshot) if phrase else "correct what the log names"
    if pod and _is_out_of_memory(pod):
        message, remedy = "the collector exceeded its memory limit", _RAISE_MEMORY
    else:
        message = phrase.message if phrase else ""
    yield new_cause(
        CauseId.COLLECTION_FAILED,
        about,
        f"garbage was not collected: {message}" if message else "garbage was not collected",
        f"{remedy}; its log: {log}",
        evidence=error or about.condition("Failed").message,
        since=collection.ended,
        severity=Severity.WARNING,
    )


_RAISE_MEMORY: Final = f"raise `values.garbageCollection.resources.limits.memory`; {RENDER}"


def _find_error(pod: Object | None, snapshot: Snapshot) -> str:
    """Return the line that tells why the last run failed: of the collector, or of the container next to it."""
    if pod is None:
        return ""
    log = snapshot.logs.get(f"{pod.name}/{COLLECTOR}", "")
    runs = list(_RUN.finditer(log))
    start = runs[-2].end() if len(runs) > 1 else 0
    reason = re.search(r' reason="([^"]*)"', runs[-1][0]) if runs else None
    guard = snapshot.logs.get(f"{pod.name}/{KEEPER}", "")
    if reason and find_phrase(reason[1], COLLECTION_PHRASES) is None:
        return reason[1]
    return find_error_line(guard) or (reason[1] if reason else "") or find_error_line(log[start:])


def _is_out_of_memory(pod: Object) -> bool:
    return any(item.name == COLLECTOR and item.ended.get("reason") == "OOMKilled" for item in list_containers(pod))


def _fill_in(remedy: str, snapshot: Snapshot) -> str:
    """Return a remedy with the names of the release in its commands."""
    release = snapshot.release
    if release is None:
        return remedy
    names = {"helmrelease NAME -n NAMESPACE": f"helmrelease {release.name} -n {release.namespace}"}
    for generic, name in {**names, "-n NAMESPACE": f"-n {snapshot.target_namespace}"}.items():
        remedy = remedy.replace(generic, name)
    return remedy


def collection_not_started(snapshot: Snapshot) -> Iterator[Cause]:
    """The Pod of a collection has an image that cannot be pulled."""
    for pod in snapshot.collection_pods if snapshot.collection_job else ():
        for container in list_containers(pod):
            if container.waiting in NOT_PULLED and pod not in snapshot.pods:
                pull = describe_pull(pod, container, snapshot)
                message = f"garbage is not collected: {pull.message}"
                yield replace(pull, id=CauseId.COLLECTION_FAILED, message=message, severity=Severity.WARNING)
                return


def left_read_only(snapshot: Snapshot) -> Iterator[Cause]:
    """The registry refuses pushes for a collection that does not run any more."""
    workload, collection = snapshot.workload, find_garbage_collection(snapshot)
    if workload is None or not snapshot.is_read_only or (collection and collection.state == "running"):
        return
    variables = "REGISTRY_STORAGE_MAINTENANCE- REGISTRY_STORAGE_CACHE-"
    label = '{"spec": {"template": {"metadata": {"labels": {"docker-registry/access": null}}}}}'
    on = f"-n {workload.namespace} deployment/{workload.name}"
    cron_job = snapshot.collection_cron_job
    is_planned = cron_job is not None and not cron_job.is_suspended
    yield new_cause(
        CauseId.LEFT_READ_ONLY,
        workload,
        "the registry refuses pushes: a collection of garbage was ended before it could make it writable again",
        f"`kubectl set env {on} {variables}`, then `kubectl patch {on} -p '{label}'`"
        f"{'; the next collection does it too' if is_planned else ''}",
        severity=Severity.WARNING,
    )


CAUSES: Final[tuple[FindCause, ...]] = (
    left_read_only,
    job_refused,
    collection_not_started,
    collection_failed,
)

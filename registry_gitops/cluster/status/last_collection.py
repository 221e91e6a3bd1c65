"""The last collection of garbage: from the log of the collector in the Pod, or from the newest Job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from registry_gitops.cluster.status.live_objects import Object, parse_time
from registry_gitops.cluster.status.snapshot import COLLECTOR, Snapshot
from registry_gitops.report import ContractModel

_RESULT: Final = re.compile(rf"^{COLLECTOR} (start=.*)$", re.MULTILINE)
"""What the collector prints when it ends: files/collection/garbage-collect.sh of the chart."""


class LastCollection(ContractModel):
    """The last collection of garbage."""

    state: Literal["none", "running", "succeeded", "failed"]
    """How it ended; `none` if there was none since the Pod started, or as long as Kubernetes keeps the Job."""

    schedule: str = ""
    """When garbage is collected, in UTC, as in a CronJob."""

    started: datetime | None = None
    """When it began."""

    ended: datetime | None = None
    """When it ended."""

    deleted_blobs: int | None = None
    """Number of blobs that it deleted, if its log tells."""


def find_garbage_collection(snapshot: Snapshot) -> LastCollection | None:
    """Return the last collection; None if the chart collects no garbage."""
    result = _last_result(snapshot)
    if snapshot.collection_cron_job:
        return _of_job(snapshot.collection_cron_job, snapshot.collection_job, result)
    containers = snapshot.workload.items("spec.template.spec.containers") if snapshot.workload else ()
    collector = next((Object(item) for item in containers if item.get("name") == COLLECTOR), None)
    return _in_pod(collector, result) if collector else None


def _last_result(snapshot: Snapshot) -> Mapping[str, str]:
    """Return what the collector of the newest Pod has printed last, by its keys."""
    for pod in snapshot.collection_pods[:1]:
        lines = _RESULT.findall(snapshot.logs.get(f"{pod.name}/{COLLECTOR}", ""))
        return dict(word.partition("=")[::2] for word in lines[-1].split()) if lines else {}
    return {}


def _of_job(cron_job: Object, job: Object | None, result: Mapping[str, str]) -> LastCollection:
    schedule = cron_job.text("spec.schedule")
    if job is None:
        return LastCollection(state="none", schedule=schedule)
    failed, is_complete = job.condition("Failed"), job.condition("Complete").is_true
    return LastCollection(
        state="succeeded" if is_complete else "failed" if failed.is_true else "running",
        schedule=schedule,
        started=parse_time(job.text("status.startTime")),
        ended=parse_time(job.text("status.completionTime")) or (failed.since if failed.is_true else None),
        deleted_blobs=_count(result),
    )


def _in_pod(collector: Object, result: Mapping[str, str]) -> LastCollection:
    variables = {item.get("name"): item.get("value") for item in collector.items("env")}
    schedule = variables.get("GC_SCHEDULE") or ""
    if not result:
        return LastCollection(state="none", schedule=schedule)
    return LastCollection(
        state="succeeded" if result.get("exit") == "0" else "failed",
        schedule=schedule,
        started=parse_time(result.get("start")),
        ended=parse_time(result.get("end")),
        deleted_blobs=_count(result),
    )


def _count(result: Mapping[str, str]) -> int | None:
    text = result.get("deleted_blobs", "")
    return int(text) if text.isdecimal() else None

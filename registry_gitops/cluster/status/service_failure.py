"""Why no Pod responds behind a Service, without Flux: for a client that cannot reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from registry_gitops.cluster.kubectl import Kubectl, parse_objects
from registry_gitops.cluster.processes import run_commands
from registry_gitops.cluster.status.causes import POD_CAUSES, RENDER, has_lost_replicas
from registry_gitops.cluster.status.live_objects import Object, list_containers
from registry_gitops.cluster.status.reading import read_logs
from registry_gitops.cluster.status.snapshot import WORKLOADS, Snapshot

_KINDS: Final = (
    *("services", "deployments.apps", "statefulsets.apps", "replicasets.apps", "pods", "persistentvolumeclaims"),
    "events",
)
_WAIT: Final = "`--wait 2m` waits for it"


def read_service_failure(kubectl: Kubectl, namespace: str, service: str) -> str:
    """Return why no Pod is ready behind a Service, and the remedy; "" if one is ready, or the Service does not exist.

    Raises ClusterError if the cluster cannot be read.
    """
    (found,) = run_commands([kubectl.get_command(namespace, ",".join(_KINDS))], parse_objects)
    snapshot = Snapshot(namespace, service, datetime.now(UTC), tuple(map(Object, found.items)))
    failed = _ServiceSnapshot.of(snapshot, service)
    if failed is None:
        return ""
    return describe_service_failure(replace(snapshot, logs=read_logs(kubectl, failed)), service)


def describe_service_failure(snapshot: Snapshot, service: str) -> str:
    """Return why no Pod is ready behind a Service of the snapshot, and the remedy; "" if one is ready."""
    failed = _ServiceSnapshot.of(snapshot, service)
    if failed is None:
        return ""
    cause = next((cause for find in POD_CAUSES for cause in find(failed)), None)
    if cause is None:
        return _describe_pods(failed)
    seen = f" ({cause.evidence[0]})" if cause.evidence else ""
    return f"{cause.location.object}: {cause.message}{seen}: {cause.remedy}"


@dataclass(frozen=True)
class _ServiceSnapshot(Snapshot):
    """What is behind one Service: its Pods, and the workload that creates them."""

    selector: Mapping[str, str] | None = None
    """Labels of its Pods."""

    @classmethod
    def of(cls, snapshot: Snapshot, service: str) -> _ServiceSnapshot | None:
        """Return what is behind a Service; None if it does not exist, selects nothing, or has a Pod that is ready."""
        services = (thing for thing in snapshot.of_kinds("Service") if thing.name == service)
        selector = next((thing.map("spec.selector") for thing in services), None)
        if not selector:
            return None
        pods = [pod for pod in snapshot.of_kinds("Pod") if _has_labels(pod.labels, selector)]
        others = [thing for thing in snapshot.objects if thing.kind != "Pod"]
        # Without the HelmRelease: other causes than those of the Pods are none of a client's business.
        objects = tuple(thing for thing in (*others, *pods) if thing.kind != "HelmRelease")
        read = cls(snapshot.namespace, snapshot.name, snapshot.read_at, objects, snapshot.logs, selector=selector)
        return read if len(read.unready_pods) == len(read.pods) else None

    @cached_property
    def workload(self) -> Object | None:
        """The Deployment or StatefulSet whose Pods the Service selects."""
        for thing in self.of_kinds(*WORKLOADS):
            labels = {**thing.map("spec.selector.matchLabels"), **thing.map("spec.template.metadata.labels")}
            if _has_labels(labels, self.selector or {}):
                return thing
        return None

    @cached_property
    def pods(self) -> tuple[Object, ...]:
        """The Pods that are not being deleted, newest first."""
        pods = [pod for pod in self.of_kinds("Pod") if not pod.text("metadata.deletionTimestamp")]
        return tuple(sorted(pods, key=lambda pod: pod.text("metadata.creationTimestamp"), reverse=True))


def _has_labels(labels: Mapping[str, str], selector: Mapping[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _describe_pods(failed: _ServiceSnapshot) -> str:
    """Return in which state the Pods are, if no cause of `status` is found."""
    workload = failed.workload
    if failed.pods:
        pod = failed.pods[0]
        waiting = next((item.waiting for item in list_containers(pod) if item.waiting), "")
        return f"{pod} is not ready yet ({waiting or pod.text('status.phase') or 'Pending'}): {_WAIT}"
    if workload is None:
        labels = ",".join(f"{key}={value}" for key, value in (failed.selector or {}).items())
        return f"there is no Pod, and no Deployment that creates one (it selects {labels}): `registry-gitops status`"
    if workload.get("spec.replicas") != 0:
        return f"{workload} has created no Pod yet: {_WAIT}"
    if has_lost_replicas(workload):
        command = f"kubectl scale -n {workload.namespace} {workload.kind.lower()}/{workload.name} --replicas 1"
        return f"{workload} was scaled to 0 replicas by hand: `{command}`"
    return f"{workload} has 0 replicas: set `values.replicaCount` to 1 or more; {RENDER}"

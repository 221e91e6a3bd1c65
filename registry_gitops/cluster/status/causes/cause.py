"""Cause: the finding of `status`, with the table of its ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from registry_gitops.cluster.status.display import cluster_message
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Finding, Location, Severity


class CauseId(StrEnum):
    """The ids of causes, the same in every version, each with its meaning."""

    meaning: str

    def __new__(cls, id_: str, meaning: str) -> Self:
        """Create the member whose value is `id_`."""
        member = str.__new__(cls, id_)
        member._value_ = id_
        member.meaning = meaning
        return member

    # Delivery
    FLUX_MISSING = "flux-missing", "The cluster has no kind HelmRelease: Flux is not installed."
    NOT_APPLIED = "not-applied", "No HelmRelease has this name: it is wrong, or Flux has not applied the directory."

    # Deletion
    BEING_DELETED = "being-deleted", "The release, its Namespace, or another of its objects is being deleted."
    CLAIM_BEING_DELETED = "claim-being-deleted", "The claim is being deleted, and its volume with all images after it."
    POD_NOT_ENDING = "pod-not-ending", "A Pod is being deleted and does not end, often because its node is dead."

    # Sources of the Kustomization and of the chart
    GIT_FAILED = "git-failed", "Flux cannot fetch the Git repository."
    SOURCE_NOT_FOUND = "source-not-found", "The source of the chart, or of the Kustomization, does not exist."
    SOURCE_FAILED = "source-failed", "Flux cannot fetch the source: URL, network, or credentials."
    CHART_NOT_FOUND = "chart-not-found", "The source is reachable, but does not have this chart or version."
    ARTIFACT_FAILED = (
        "artifact-failed",
        "The source is fetched, but another controller of Flux cannot use its artifact.",
    )
    SIGNATURE_REFUSED = (
        "signature-refused",
        "The signature of the chart, artifact, or commit is missing or not trusted.",
    )

    # Kustomizations
    APPLY_FAILED = "apply-failed", "Flux fetched the directory, but cannot build or apply it."
    UNHEALTHY = "unhealthy", "Another object of the Kustomization is not healthy."
    NOT_MANAGED = "not-managed", "The Kustomization of the release is gone, or does not have the release any more."

    # Values, and what Helm reports
    VALUES_REFUSED = "values-refused", "The chart refuses these values."
    CHANGE_REFUSED = "change-refused", "The cluster does not allow this change of an object that exists."
    KIND_MISSING = (
        "kind-missing",
        "The release has an object of a kind that the cluster does not have, such as a CRD's.",
    )
    NOT_OWNED = "not-owned", "An object of the release exists already, and belongs to somebody else."
    CHART_FAILED = "chart-failed", "Helm cannot render the chart, or not for this cluster."
    RELEASE_LOCKED = "release-locked", "A run of Helm was cut off, and its record is in the way of the next one."
    HOOK_FAILED = "hook-failed", "A hook or a test of the chart failed."
    RELEASE_TIMEOUT = "release-timeout", "An object of the release did not become ready before the timeout of Helm."
    RETRIES_EXHAUSTED = "retries-exhausted", "Helm failed, and helm-controller does not retry any more."
    RELEASE_FAILED = "release-failed", "Helm failed, for a reason that `status` does not know."

    # Refusals of the API server
    POD_FORBIDDEN = "pod-forbidden", "The Pod Security level of the Namespace, or another policy, refuses the Pod."
    QUOTA_EXCEEDED = "quota-exceeded", "The Pod exceeds a ResourceQuota of the Namespace."
    LIMITS_REFUSED = "limits-refused", "A ResourceQuota or LimitRange demands other requests, limits, or sizes."
    OBJECT_FORBIDDEN = "object-forbidden", "A policy of the cluster refuses an object of the deployment."
    WEBHOOK_FAILED = "webhook-failed", "An admission webhook does not answer, so the API server refuses all objects."
    REFERENCE_MISSING = "reference-missing", "The ServiceAccount, PriorityClass, or RuntimeClass does not exist."
    ACCESS_DENIED = "access-denied", "The account with which Flux applies objects lacks rights."
    NAMESPACE_MISSING = "namespace-missing", "The namespace of an object does not exist."
    NAMESPACE_ENDING = "namespace-ending", "The namespace is being deleted, and accepts no new objects."
    OBJECT_INVALID = "object-invalid", "The API server refuses a field of an object."
    API_UNAVAILABLE = "api-unavailable", "The API server, etcd, or an aggregated API does not answer."

    # Volumes
    VOLUME_NOT_BOUND = "volume-not-bound", "The PersistentVolumeClaim has no volume."
    VOLUME_HELD = "volume-held", "The volume is still attached to another node (Multi-Attach)."
    VOLUME_ELSEWHERE = "volume-elsewhere", "The volume is on a node, or in a zone, where the Pod cannot run."
    VOLUME_NOT_RESIZED = "volume-not-resized", "The volume does not have the size that the claim requests."
    CLAIM_REPLACED = "claim-replaced", "The claim is newer than the release: earlier images are not on its volume."
    CLAIM_LEFT = "claim-left", "A claim of an earlier release was kept, with its images, beside the new one."

    # Nodes and scheduling
    NODE_UNAVAILABLE = "node-unavailable", "A node is not ready, short of disk or memory, or cordoned: no value helps."
    UNSCHEDULABLE = "unschedulable", "No node can run the Pod."
    POD_EVICTED = "pod-evicted", "A node evicted the Pod, or refused to run it."
    POD_NOT_STARTED = (
        "pod-not-started",
        "The node cannot start the Pod: its network (CNI), its runtime, or its kubelet.",
    )
    VOLUME_NOT_MOUNTED = "volume-not-mounted", "The node cannot mount a volume of the Pod."

    # Images and containers
    SECRET_MISSING = "secret-missing", "A Secret, ConfigMap, or key that the Pod needs does not exist."
    CONTAINER_NOT_STARTED = (
        "container-not-started",
        "The node cannot start a container of the Pod, or an init container does not end.",
    )
    IMAGE_NOT_PULLED = "image-not-pulled", "The node cannot pull the image."
    CRASH_LOOP = "crash-loop", "The registry exits on start; `evidence` has its last log line."
    NOT_HEALTHY = "not-healthy", "The registry runs, but its probes fail."

    # Progress
    NOT_OBSERVED = "not-observed", "A controller has not processed the last change of the object: check that it runs."
    SUSPENDED = "suspended", "The release, its Kustomization, or its source is suspended."
    BUSY = "busy", "A controller of Flux still works on an earlier change; the last one follows by itself."
    CONTROLLER_DOWN = "controller-down", "A controller of Flux does not run, so that it processes nothing."
    DEPENDENCY_NOT_READY = "dependency-not-ready", "The release, or its Kustomization, waits for another object."
    ROLLOUT_STUCK = (
        "rollout-stuck",
        "The new Pods did not become ready in time, for a reason that `status` does not know.",
    )
    UNKNOWN = "unknown", "An object fails, for a reason that `status` does not know: `evidence` has its words."
    IN_PROGRESS = "in-progress", "No problem so far: Flux or Kubernetes is working on the deployment."

    # Others who act, and the way to the registry
    WORKLOAD_GONE = "workload-gone", "The release is ready, but one of its objects was deleted."
    DRIFTED = "drifted", "An object of the release was changed manually."
    CHANGED_BY_CONTROLLER = (
        "changed-by-controller",
        "Another controller, HelmRelease, or Kustomization changes an object of the release.",
    )
    RESTART_NEEDED = "restart-needed", "A Pod may run with another configuration than the one that Flux applied."
    NOT_READ = "not-read", "Objects are in another cluster, or this user may not read them: they were not looked at."
    UNREACHABLE = "unreachable", "The Service, load balancer, Ingress, HTTPRoute, or Gateway leads to no registry."
    CERTIFICATE_PENDING = (
        "certificate-pending",
        "The certificate for clients is not issued, or its Secret does not exist.",
    )

    # Garbage collection
    COLLECTION_FAILED = "collection-failed", "The last collection of garbage failed."
    LEFT_READ_ONLY = "left-read-only", "A collection of garbage ended without making the registry writable again."


@dataclass(frozen=True, kw_only=True)
class Cause(Finding):
    """A finding of `status`: why a deployment is not ready, or what else to know about it."""

    id: CauseId
    """Name of the cause, the same in every version."""

    since: datetime | None = None
    """When it began, if the cluster tells."""


def new_cause(
    id_: CauseId,
    about: Object | Reference,
    message: str,
    remedy: str,
    *,
    evidence: str = "",
    more: Iterable[str] = (),
    since: datetime | None = None,
    severity: Severity = Severity.ERROR,
) -> Cause:
    """Return a cause about an object. `evidence` is what the cluster reports about it, `more` has further lines."""
    reference = about.reference if isinstance(about, Object) else about
    lines = map(cluster_message, (evidence, *more))
    return Cause(
        id=id_,
        severity=severity,
        location=Location(object=str(reference)),
        message=message,
        evidence=tuple(filter(None, lines)),
        remedy=remedy,
        since=since,
    )


FindCause = Callable[[Snapshot], Iterator[Cause]]
"""Yields the causes of one kind that a snapshot shows."""

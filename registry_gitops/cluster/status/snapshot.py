"""Snapshot: everything that was read about one deployment at one moment, with properties for its objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from registry_gitops.cluster.status.live_objects import Object, Reference, parse_time

WORKLOADS: Final = ("Deployment", "StatefulSet")
KUSTOMIZATION_LABELS: Final = "kustomize.toolkit.fluxcd.io"
"""Prefix of the labels /name and /namespace, with which kustomize-controller marks the objects that it applied."""
_CHART: Final = "docker-registry"
"""Name of the charts that deploy a registry."""
_DEPENDENCY: Final = re.compile(r"dependency\s+'([\w.-]+)/([\w.-]+)'", re.IGNORECASE)
"""A dependency in a message of helm-controller or kustomize-controller."""
COLLECTOR: Final = "garbage-collection"
"""Name of the chart's container that collects garbage."""
KEEPER: Final = "read-only"
"""Name of the container that keeps the registry read-only, next to the collector of a Job."""
_ISSUER_ANNOTATIONS: Final = {"cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"}
"""Annotations of an Ingress with which cert-manager creates a Certificate for each of its Secrets."""
_ACCESS: Final = "docker-registry/access"
"""Label of Pods that a collection has made read-only."""
DRIFT_CORRECTED: Final = "DriftCorrected"
_DRIFT: Final = ("DriftDetected", DRIFT_CORRECTED)
"""Reasons of helm-controller's events about manual changes."""


_NO_REASON: Final = re.compile(r"unable\s+to\s+(?:attach\s+or\s+)?mount\s+volumes|\bnot\s+registered\b", re.IGNORECASE)


@dataclass(frozen=True)
class Event:
    """An Event of Kubernetes."""

    object: str
    """Kind/name of the object that it is about."""
    uid: str
    """`metadata.uid` of that object."""
    reason: str
    message: str
    is_warning: bool
    count: int
    last: datetime

    @property
    def tells_no_reason(self) -> bool:
        """Whether it tells only that a mount takes long, or that the kubelet has just started."""
        return _NO_REASON.search(self.message) is not None

    container: str = ""
    """Name of the container that it is about, or ""."""


@dataclass(frozen=True)
class Snapshot:
    """The objects that were read. All properties derive from them; none reads the cluster."""

    namespace: str
    """Namespace of the HelmRelease."""
    name: str
    """Name of the HelmRelease."""
    read_at: datetime
    """When the cluster was read."""
    objects: tuple[Object, ...] = ()
    logs: Mapping[str, str] = field(default_factory=dict)
    """The last log lines of containers that crashed, and of collectors of garbage, by POD/CONTAINER."""
    forbidden_kinds: tuple[str, ...] = ()
    """Kinds that the user is not allowed to read."""
    has_flux: bool = True
    """Whether the cluster has the kind HelmRelease."""

    def find(self, reference: Reference | None) -> Object | None:
        """Return the object, or None if it does not exist or was not read."""
        found = self._by_kind.get(reference.kind, ()) if reference else ()
        return next((thing for thing in found if thing.reference == reference), None)

    def of_kinds(self, *kinds: str) -> tuple[Object, ...]:
        """Return all objects of these kinds, also those of other deployments."""
        return tuple(thing for kind in kinds for thing in self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Object]]:
        found: dict[str, list[Object]] = {}
        for thing in self.objects:
            found.setdefault(thing.kind, []).append(thing)
        return found

    @cached_property
    def release(self) -> Object | None:
        """The HelmRelease."""
        return self.find(Reference("HelmRelease", self.namespace, self.name))

    @cached_property
    def kustomization(self) -> Object | None:
        """The Kustomization of Flux that applied the release."""
        return self.find(kustomization_of(self.release)) if self.release else None

    @cached_property
    def repository(self) -> Object | None:
        """The source of the Kustomization, usually a GitRepository."""
        return self.find(source_of(self.kustomization)) if self.kustomization else None

    @cached_property
    def source(self) -> Object | None:
        """The source of the chart: HelmRepository, OCIRepository, GitRepository, ..."""
        return self.find(chart_source_of(self.release)) if self.release else None

    @cached_property
    def chart(self) -> Object | None:
        """The HelmChart, whose conditions tell whether Flux could fetch the chart. None if `chartRef` is used."""
        return self.find(helm_chart_of(self.release)) if self.release else None

    @property
    def is_upgraded_in_turn(self) -> bool:
        """Whether the last upgrades have two configurations in turn: of reverts in Git, or of two writers."""
        history = [Object(item) for item in self.release.items("status.history")] if self.release else []
        states = [(item.text("configDigest"), item.text("chartVersion")) for item in history[:4]]
        return len(states) == 4 and states[0] == states[2] != states[1] == states[3]

    @property
    def writers_of_release(self) -> tuple[Object, ...]:
        """The Kustomizations that were read, and that have applied the HelmRelease."""
        if (release := self.release) is None:
            return ()
        return tuple(item for item in self.of_kinds("Kustomization") if release.reference in list_inventory(item))

    @property
    def flux_objects(self) -> tuple[Object, ...]:
        """The objects of Flux that were read, from the release to its sources, each once."""
        objects = (self.release, self.kustomization, self.repository, self.source, self.chart)
        return tuple({thing.uid or str(thing): thing for thing in objects if thing}.values())

    def release_objects(self, *kinds: str) -> tuple[Object, ...]:
        """Return the objects of these kinds, or of all, that helm-controller created for this release."""
        release = self.release
        # A release in another cluster can have namesakes here.
        if release is None or self.is_remote:
            return ()
        return tuple(item for item in self.objects if item.belongs_to(release) and item.kind in (kinds or (item.kind,)))

    @property
    def is_remote(self) -> bool:
        """Whether the objects of the release are in another cluster."""
        return self.release is not None and bool(self.release.map("spec.kubeConfig"))

    @property
    def is_workload_forbidden(self) -> bool:
        """Whether the release has a workload that the user is not allowed to read."""
        created = [item.kind for item in list_inventory(self.release) if item.kind in WORKLOADS]
        # Flux before 2.8 keeps no inventory.
        return self.workload is None and any(map(self.is_kind_forbidden, created or WORKLOADS))

    @cached_property
    def autoscaler(self) -> Object | None:
        """The HorizontalPodAutoscaler of the workload: of the chart, of KEDA, or of somebody else."""
        for autoscaler in self.of_kinds("HorizontalPodAutoscaler"):
            target = autoscaler.map("spec.scaleTargetRef")
            reference = Reference(target.get("kind", ""), autoscaler.namespace, target.get("name", ""))
            if self.workload and reference == self.workload.reference:
                return autoscaler
        return None

    @property
    def has_chart_autoscaler(self) -> bool:
        """Whether the values let the chart create the autoscaler, so that Flux does not set the number of Pods."""
        return self.release is not None and self.release.get("spec.values.autoscaling.enabled") is True

    @cached_property
    def workload(self) -> Object | None:
        """The Deployment or StatefulSet of the release."""
        return next(iter(self.release_objects(*WORKLOADS)), None)

    @cached_property
    def missing_objects(self) -> tuple[Reference, ...]:
        """Objects that the release created and that do not exist any more, of kinds that are always read."""
        kinds = {*WORKLOADS, "Service", "PersistentVolumeClaim", "Ingress", "HorizontalPodAutoscaler"}
        created = (item for item in list_inventory(self.release) if item.kind in kinds and not self.is_remote)
        return tuple(item for item in created if not self.is_kind_forbidden(item.kind) and self.find(item) is None)

    @cached_property
    def replica_sets(self) -> tuple[Object, ...]:
        """The ReplicaSets of the Deployment that have Pods, or should have."""
        workload = self.workload
        owned = (item for item in self.of_kinds("ReplicaSet") if workload and item.is_owned_by(workload))
        return tuple(item for item in owned if item.number("spec.replicas") or item.number("status.replicas"))

    @cached_property
    def all_pods(self) -> tuple[Object, ...]:
        """The Pods of the workload, of all its revisions, also those that ended or are being deleted; newest first."""
        pods = [pod for pod in self.of_kinds("Pod") if self.is_of_workload(pod)]
        return tuple(sorted(pods, key=lambda pod: pod.text("metadata.creationTimestamp"), reverse=True))

    @cached_property
    def pods(self) -> tuple[Object, ...]:
        """The Pods of the workload that run or should run, newest first: not those that ended or are being deleted."""
        return tuple(
            pod
            for pod in self.all_pods
            if not pod.is_being_deleted and pod.text("status.phase") not in ("Failed", "Succeeded")
        )

    def is_of_workload(self, pod: Object) -> bool:
        """Return whether a Pod belongs to the workload, by one of its ReplicaSets or directly."""
        return any(pod.is_owned_by(owner) for owner in self._owners_of_pods)

    @cached_property
    def _owners_of_pods(self) -> tuple[Object, ...]:
        """The workload, and its ReplicaSets."""
        workload = self.workload
        if workload is None:
            return ()
        return (workload, *(item for item in self.of_kinds("ReplicaSet") if item.is_owned_by(workload)))

    def node_of(self, pod: Object) -> Object | None:
        """Return the node of a Pod, or None if it has none, or it was not read."""
        return self.find(Reference("Node", "", pod.text("spec.nodeName")))

    @property
    def target_namespace(self) -> str:
        """Namespace of the objects of the release."""
        return target_namespace(self.release) if self.release else self.namespace

    @cached_property
    def collection_cron_job(self) -> Object | None:
        """The CronJob that collects the garbage of several replicas."""
        name = f"{self.workload.name}-collection" if self.workload else ""
        return next((job for job in self.release_objects("CronJob") if job.name == name), None)

    @cached_property
    def collection_job(self) -> Object | None:
        """The newest Job of that CronJob."""
        cron_job = self.collection_cron_job
        jobs = [job for job in self.of_kinds("Job") if cron_job and job.is_owned_by(cron_job)]
        return max(jobs, key=lambda job: job.text("metadata.creationTimestamp"), default=None)

    @property
    def collection_pods(self) -> tuple[Object, ...]:
        """The Pods with a collector of garbage, the newest first: of the workload, or else of the newest Job."""
        job = self.collection_job
        pods = [pod for pod in self.of_kinds("Pod") if job and pod.is_owned_by(job)]
        pods.sort(key=lambda pod: pod.text("metadata.creationTimestamp"), reverse=True)
        return tuple(pod for pod in (*self.pods, *pods) if _has_container(pod, COLLECTOR))

    @property
    def is_read_only(self) -> bool:
        """Whether a collection of garbage has made the workload read-only, and has not ended that."""
        label = "spec.template.metadata.labels"
        return self.workload is not None and self.workload.map(label).get(_ACCESS) == "read-only"

    @property
    def unready_pods(self) -> tuple[Object, ...]:
        """The Pods whose condition Ready is not True, newest first."""
        return tuple(pod for pod in self.pods if not pod.condition("Ready").is_true)

    @property
    def is_scaled_to_zero(self) -> bool:
        """Whether the workload has 0 replicas because the values have `replicaCount: 0`."""
        is_zero = self.workload is not None and self.workload.get("spec.replicas") == 0
        return is_zero and self.release is not None and self.release.get("spec.values.replicaCount") == 0

    @property
    def is_scaled_to_zero_by_others(self) -> bool:
        """Whether the workload has 0 replicas although the values do not have `replicaCount: 0`."""
        return self.workload is not None and self.workload.get("spec.replicas") == 0 and not self.is_scaled_to_zero

    @property
    def is_rolling_out(self) -> bool:
        """Whether the workload has Pods of an older revision, or fewer available Pods than it should have."""
        workload = self.workload
        if workload is None:
            return False
        wanted, counts = workload.number("spec.replicas", 1), ("updatedReplicas", "availableReplicas")
        is_current = workload.number("status.observedGeneration") >= workload.generation
        return not is_current or any(workload.number(f"status.{count}") < wanted for count in counts)

    @property
    def unapplied_kustomization(self) -> Object | None:
        """The Kustomization, if Flux has fetched a revision that it did not apply, and reports no reason."""
        kustomization, source = self.kustomization, self.repository
        if kustomization is None or source is None:
            return None
        if kustomization.is_suspended or kustomization.condition("Ready").is_false:
            return None
        fetched = source.text("status.artifact.revision")
        return kustomization if fetched and fetched != kustomization.text("status.lastAppliedRevision") else None

    def is_kind_forbidden(self, kind: str) -> bool:
        """Return whether the user is not allowed to read objects of a kind, so that they can exist unread."""
        name = kind.lower()
        plurals = {f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies"}
        return any(forbidden.split(".")[0] in plurals for forbidden in self.forbidden_kinds)

    @cached_property
    def claims(self) -> tuple[Object, ...]:
        """The PersistentVolumeClaims that the workload mounts: that of the chart, or an existing one."""
        if not self.workload:
            return self.release_objects("PersistentVolumeClaim")
        volumes = self.workload.items("spec.template.spec.volumes")
        names = {str(Object(volume).text("persistentVolumeClaim.claimName")) for volume in volumes} - {""}
        return tuple(claim for claim in self.of_kinds("PersistentVolumeClaim") if claim.name in names)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """All events, newest first."""
        return tuple(sorted(map(_event, self.of_kinds("Event")), key=lambda event: event.last, reverse=True))

    @property
    def drift_events(self) -> tuple[Event, ...]:
        """Events of helm-controller about manual changes of the release's objects, newest first."""
        events = self.events_of(self.release) if self.release else ()
        return tuple(event for event in events if event.reason in _DRIFT)

    def events_of(self, about: Object) -> tuple[Event, ...]:
        """Return the events about an object, newest first."""
        return tuple(event for event in self.events if event.uid == about.uid)


def _has_container(pod: Object, name: str) -> bool:
    return any(container.get("name") == name for container in pod.items("spec.containers"))


def kustomization_of(release: Object) -> Reference | None:
    """Return the Kustomization in the labels of a release; None if no Kustomization applied it."""
    name, namespace = (release.labels.get(f"{KUSTOMIZATION_LABELS}/{key}") for key in ("name", "namespace"))
    return Reference("Kustomization", namespace, name) if name and namespace else None


def source_of(kustomization: Object) -> Reference | None:
    """Return the source of a Kustomization."""
    return _reference(kustomization.map("spec.sourceRef"), kustomization.namespace)


def dependencies_of(thing: Object) -> Iterator[Reference]:
    """Yield what a HelmRelease or a Kustomization depends on, of the same kind: `spec.dependsOn`, and as it reports."""
    found: dict[Reference, None] = {}
    for entry in thing.items("spec.dependsOn"):
        if reference := _reference({"kind": thing.kind, **entry}, thing.namespace):
            found[reference] = None
    if match := _DEPENDENCY.search(thing.condition("Ready").message):
        found[Reference(thing.kind, match[1], match[2])] = None
    yield from found


def chart_source_of(release: Object) -> Reference | None:
    """Return the source of a release's chart."""
    source = release.map("spec.chartRef") or release.map("spec.chart.spec.sourceRef")
    return _reference(source, release.namespace)


def deploys_registry(release: Object) -> bool:
    """Return whether a release, or its chart, is named docker-registry."""
    deployed = (Object(entry).text("chartName") for entry in release.items("status.history"))
    named = release.text("spec.chart.spec.chart").rstrip("/").rpartition("/")[2] or release.text("spec.chartRef.name")
    return _CHART in (next(deployed, ""), named, release.name)


def origins_of(source: Object) -> Iterator[Reference]:
    """Yield what a source is made from: a HelmChart from its source, an artifact by a generator, that from sources."""
    origins = source.items("spec.sources") if source.kind == "ArtifactGenerator" else (source.map("spec.sourceRef"),)
    if source.kind in ("HelmChart", "ExternalArtifact", "ArtifactGenerator"):
        yield from filter(None, (_reference(origin, source.namespace) for origin in origins))


def helm_chart_of(release: Object) -> Reference | None:
    """Return the HelmChart that helm-controller created for a release."""
    namespace, _, name = release.text("status.helmChart").partition("/")
    return Reference("HelmChart", namespace, name) if name else None


def target_namespace(release: Object) -> str:
    """Return the namespace in which helm-controller creates the objects of a release."""
    return release.text("spec.targetNamespace") or release.namespace


def parents_of(route: Object) -> Iterator[Reference]:
    """Yield the Gateways of an HTTPRoute."""
    for entry in route.items("spec.parentRefs"):
        if (reference := _reference({"kind": "Gateway", **entry}, route.namespace)) and reference.kind == "Gateway":
            yield reference


def certificates_of(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield the Certificates of the release, and those that cert-manager creates for its Ingresses."""
    yield from (item for item in list_inventory(snapshot.release) if item.kind == "Certificate")
    for ingress in snapshot.release_objects("Ingress"):
        if _ISSUER_ANNOTATIONS & ingress.map("metadata.annotations").keys():
            for tls in map(Object, ingress.items("spec.tls")):
                if name := tls.text("secretName"):
                    yield Reference("Certificate", ingress.namespace, name)


def list_inventory(release: Object | None) -> Iterator[Reference]:
    """Yield the objects that a release created: helm-controller stores them as NAMESPACE_NAME_GROUP_KIND."""
    for entry in release.items("status.inventory.entries") if release else ():
        namespace, name, _, kind = (Object(entry).text("id").split("_") + [""] * 4)[:4]
        yield Reference(kind, namespace, name)


def _reference(source: Mapping[str, Any], namespace: str) -> Reference | None:
    kind, name = source.get("kind"), source.get("name")
    return Reference(kind, source.get("namespace") or namespace, name) if kind and name else None


def _event(event: Object) -> Event:
    about = event.map("involvedObject")
    last = (
        event.text("series.lastObservedTime")
        or event.text("lastTimestamp")
        or event.text("eventTime")
        or event.text("metadata.creationTimestamp")
    )
    return Event(
        f"{about.get('kind', '')}/{about.get('name', '')}",
        about.get("uid", ""),
        event.text("reason"),
        event.text("message"),
        event.text("type") == "Warning",
        event.number("series.count") or event.number("count", 1),
        parse_time(last) or datetime.fromtimestamp(0).astimezone(),
        about.get("fieldPath", "").partition("{")[2].rstrip("}"),
    )

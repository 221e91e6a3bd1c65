"""All that is known of one deployment at one moment, and the way through it: source, release, workload, Pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from registry_gitops.cluster.status.objects import Object, time_of

WORKLOADS: Final = ("Deployment", "StatefulSet")
APPLIED: Final = "kustomize.toolkit.fluxcd.io"
"""Before /name and /namespace: labels by which kustomize-controller marks what it has applied."""
DRIFT_CORRECTED: Final = "DriftCorrected"
_DRIFT: Final = ("DriftDetected", DRIFT_CORRECTED)
"""Reasons of helm-controller's events."""


@dataclass(frozen=True)
class Event:
    """Something that a controller noticed about an object."""

    object: str
    """Kind/name."""
    uid: str
    reason: str
    message: str
    warning: bool
    count: int
    last: datetime


@dataclass(frozen=True)
class Reference:
    """An object by its name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Kind/namespace/name, as Flux writes it."""
        return f"{self.kind}/{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Snapshot:
    """What was read. Everything but that is derived, and nothing in it asks the cluster."""

    namespace: str
    """Namespace of the HelmRelease."""
    name: str
    """Its name."""
    now: datetime
    """When it was read."""
    objects: tuple[Object, ...] = ()
    logs: Mapping[str, str] = field(default_factory=dict)
    """The last lines of containers that crashed, by POD/CONTAINER."""
    unseen: tuple[str, ...] = ()
    """Kinds that the user may not see."""
    flux: bool = True
    """Whether the cluster knows HelmReleases."""

    def find(self, reference: Reference | None) -> Object | None:
        """The object of that name, where it was read and is there."""
        if reference is None:
            return None
        return next(
            (each for each in self.objects if each.is_(reference.kind, reference.namespace, reference.name)), None
        )

    def of(self, *kinds: str) -> tuple[Object, ...]:
        """The objects of some kinds, of everything that was read."""
        return tuple(each for each in self.objects if each.kind in kinds)

    @cached_property
    def release(self) -> Object | None:
        """The HelmRelease."""
        return self.find(Reference("HelmRelease", self.namespace, self.name))

    @cached_property
    def kustomization(self) -> Object | None:
        """The Kustomization of Flux that applied the release."""
        return self.find(applied_by(self.release)) if self.release else None

    @cached_property
    def repository(self) -> Object | None:
        """What the Kustomization reads: a GitRepository as a rule."""
        return self.find(source_of(self.kustomization)) if self.kustomization else None

    @cached_property
    def source(self) -> Object | None:
        """Where the chart comes from: HelmRepository, OCIRepository, GitRepository, ..."""
        return self.find(chart_source(self.release)) if self.release else None

    @cached_property
    def chart(self) -> Object | None:
        """The HelmChart, which has fetched the chart or says why it has not. A chartRef to a source has none."""
        return self.find(helm_chart(self.release)) if self.release else None

    @property
    def flux_objects(self) -> tuple[Object, ...]:
        """The objects of Flux from the release to its sources, each once; those that were read."""
        found = (self.release, self.kustomization, self.repository, self.source, self.chart)
        return tuple({each.uid or str(each): each for each in found if each}.values())

    @property
    def target(self) -> str:
        """Namespace that the registry runs in."""
        return target_namespace(self.release) if self.release else self.namespace

    def ours(self, *kinds: str) -> tuple[Object, ...]:
        """The objects that helm-controller made for this release."""
        release = self.release
        return tuple(each for each in self.of(*kinds) if each.belongs_to(release)) if release else ()

    @cached_property
    def workload(self) -> Object | None:
        """What runs the Pods."""
        return next(iter(self.ours(*WORKLOADS)), None)

    @cached_property
    def missing(self) -> tuple[Reference, ...]:
        """Workloads, Services, claims and Ingresses that the release made and that are gone."""
        read = {"Deployment", "StatefulSet", "Service", "PersistentVolumeClaim", "Ingress"}
        made = (each for each in inventory(self.release) if each.kind in read and not self.hidden(each.kind))
        return tuple(each for each in made if self.find(each) is None)

    @cached_property
    def replica_sets(self) -> tuple[Object, ...]:
        """Those of the Deployment that are to have Pods, or have them."""
        workload = self.workload
        sets = (each for each in self.of("ReplicaSet") if workload and each.owned_by(workload))
        return tuple(each for each in sets if each.number("spec.replicas") or each.number("status.replicas"))

    @cached_property
    def pods(self) -> tuple[Object, ...]:
        """The Pods of the workload that are not on their way out; the newest first."""
        owners = (*self.replica_sets, *((self.workload,) if self.workload else ()))
        found = [
            each
            for each in self.of("Pod")
            if any(each.owned_by(owner) for owner in owners) and not each.text("metadata.deletionTimestamp")
        ]
        return tuple(sorted(found, key=lambda pod: pod.text("metadata.creationTimestamp"), reverse=True))

    @property
    def waiting(self) -> tuple[Object, ...]:
        """The Pods that take no requests; the newest first."""
        return tuple(each for each in self.pods if not each.condition("Ready").true)

    @property
    def stopped(self) -> bool:
        """Whether there are to be no Pods, because the values say so."""
        none = self.workload is not None and self.workload.at("spec.replicas") == 0
        return none and self.release is not None and self.release.at("spec.values.replicaCount") == 0

    @property
    def idle(self) -> bool:
        """Whether there are to be no Pods, although the values say nothing of the kind."""
        return self.workload is not None and self.workload.at("spec.replicas") == 0 and not self.stopped

    @property
    def rolling(self) -> bool:
        """Whether the workload has other Pods than it is to have, or fewer."""
        workload = self.workload
        if workload is None:
            return False
        wanted, counts = workload.number("spec.replicas", 1), ("updatedReplicas", "availableReplicas")
        current = workload.number("status.observedGeneration") >= workload.generation
        return not current or any(workload.number(f"status.{each}") < wanted for each in counts)

    @property
    def pending(self) -> Object | None:
        """The Kustomization, where its source has a revision that it has not applied, and nothing says why."""
        found, source = self.kustomization, self.repository
        if found is None or source is None or found.suspended or found.condition("Ready").false:
            return None
        fetched = source.text("status.artifact.revision")
        return found if fetched and fetched != found.text("status.lastAppliedRevision") else None

    def hidden(self, kind: str) -> bool:
        """Whether objects of a kind may be there that this user may not see."""
        return any(each.startswith(kind.lower().removesuffix("y")) for each in self.unseen)

    @cached_property
    def claims(self) -> tuple[Object, ...]:
        """The claims that the workload mounts: its own, or one that was there."""
        if not self.workload:
            return self.ours("PersistentVolumeClaim")
        volumes = self.workload.items("spec.template.spec.volumes")
        names = {str(Object(each).text("persistentVolumeClaim.claimName")) for each in volumes} - {""}
        return tuple(each for each in self.of("PersistentVolumeClaim") if each.name in names)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Everything that was noticed; the newest first."""
        return tuple(sorted(map(_event, self.of("Event")), key=lambda event: event.last, reverse=True))

    @property
    def drift(self) -> tuple[Event, ...]:
        """What Flux says of changes that others made to what the release made; the newest first."""
        said = self.events_of(self.release) if self.release else ()
        return tuple(event for event in said if event.reason in _DRIFT)

    def events_of(self, *about: Object) -> tuple[Event, ...]:
        """What was noticed of some objects; the newest first."""
        uids = {each.uid for each in about}
        return tuple(event for event in self.events if event.uid in uids)


def applied_by(release: Object) -> Reference | None:
    """The Kustomization whose label is on the release; None where somebody else applied it."""
    name, namespace = release.labels.get(f"{APPLIED}/name"), release.labels.get(f"{APPLIED}/namespace")
    return Reference("Kustomization", namespace, name) if name and namespace else None


def source_of(kustomization: Object) -> Reference | None:
    """The source that a Kustomization reads."""
    return _reference(kustomization.map("spec.sourceRef"), kustomization.namespace)


def chart_source(release: Object) -> Reference | None:
    """The source that a release takes its chart from."""
    given = release.map("spec.chartRef") or release.map("spec.chart.spec.sourceRef")
    return _reference(given, release.namespace)


def helm_chart(release: Object) -> Reference | None:
    """The HelmChart that helm-controller has made for a release."""
    namespace, _, name = release.text("status.helmChart").partition("/")
    return Reference("HelmChart", namespace, name) if name else None


def target_namespace(release: Object) -> str:
    """Namespace that the objects of a release are made in."""
    return release.text("spec.targetNamespace") or release.namespace


def inventory(release: Object | None) -> Iterator[Reference]:
    """What a release has made, as helm-controller keeps it: NAMESPACE_NAME_GROUP_KIND."""
    for entry in release.items("status.inventory.entries") if release else ():
        namespace, name, _, kind = (Object(entry).text("id").split("_") + [""] * 4)[:4]
        yield Reference(kind, namespace, name)


def _reference(given: Mapping[str, Any], namespace: str) -> Reference | None:
    kind, name = given.get("kind"), given.get("name")
    return Reference(kind, given.get("namespace") or namespace, name) if kind and name else None


def _event(found: Object) -> Event:
    about = found.map("involvedObject")
    last = (
        found.text("series.lastObservedTime")
        or found.text("lastTimestamp")
        or found.text("eventTime")
        or found.text("metadata.creationTimestamp")
    )
    return Event(
        f"{about.get('kind', '')}/{about.get('name', '')}",
        about.get("uid", ""),
        found.text("reason"),
        found.text("message"),
        found.text("type") == "Warning",
        found.number("series.count") or found.number("count", 1),
        time_of(last) or datetime.fromtimestamp(0).astimezone(),
    )

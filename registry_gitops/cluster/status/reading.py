"""What is asked of the cluster for one status: two rounds of kubectl, three where sources lie in other places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from registry_gitops.cluster.kubectl import Answer, ClusterError, Kubectl, Reading, UnknownKindError
from registry_gitops.cluster.status.masking import masked
from registry_gitops.cluster.status.objects import Object, containers
from registry_gitops.cluster.status.snapshot import (
    Reference,
    Snapshot,
    applied_by,
    chart_source,
    helm_chart,
    source_of,
    target_namespace,
)

_RELEASES: Final = "helmreleases.helm.toolkit.fluxcd.io"
_WORKLOADS: Final = (
    "deployments.apps",
    "statefulsets.apps",
    "replicasets.apps",
    "pods",
    "persistentvolumeclaims",
    "services",
    "ingresses.networking.k8s.io",
    "events",
)
"""Kinds of which everything in the namespace is read: one kubectl costs more than a few objects too many."""
_NAMED: Final = {
    "Kustomization": "kustomizations.kustomize.toolkit.fluxcd.io",
    **{
        kind: f"{plural}.source.toolkit.fluxcd.io"
        for kind, plural in (
            ("GitRepository", "gitrepositories"),
            ("HelmRepository", "helmrepositories"),
            ("OCIRepository", "ocirepositories"),
            ("Bucket", "buckets"),
            ("HelmChart", "helmcharts"),
            ("ExternalArtifact", "externalartifacts"),
        )
    },
}
_LOG_LINES: Final = 20


def read(kubectl: Kubectl, namespace: str, name: str) -> Snapshot:
    """Everything that a status is made of, read and nothing changed. Raises ClusterError."""
    now = datetime.now(UTC)
    try:
        first = kubectl.get(namespace, ",".join((_RELEASES, *_WORKLOADS))).answer()
    except UnknownKindError:
        return Snapshot(namespace, name, now, flux=False)
    if _RELEASES in first.refused:
        raise ClusterError(
            f"this user may not see HelmReleases in namespace {namespace}",
            "it needs `get` and `list` on helmreleases.helm.toolkit.fluxcd.io there",
        )
    gathered = _Gathered(kubectl, first)
    snapshot = Snapshot(namespace, name, now, gathered.objects)
    if snapshot.release is None:
        gathered.take(_deliveries(kubectl))
    else:
        _follow(gathered, snapshot.release)
    return Snapshot(namespace, name, now, gathered.objects, _logs(kubectl, gathered.objects), gathered.unseen)


def _deliveries(kubectl: Kubectl) -> list[Reading]:
    """Nothing leads from a release that is not there to what should have applied it: it may be any Kustomization."""
    kinds = ",".join((_NAMED["Kustomization"], _NAMED["GitRepository"]))
    return [kubectl.get(None, kinds)]


def _follow(gathered: _Gathered, release: Object) -> None:
    """Read what the release points to: the first round names all but the source of the Kustomization."""
    elsewhere = target_namespace(release) if target_namespace(release) != release.namespace else None
    gathered.take(
        [
            *gathered.named(applied_by(release), chart_source(release), helm_chart(release)),
            *([gathered.kubectl.get(elsewhere, ",".join(_WORKLOADS))] if elsewhere else []),
        ]
    )
    for each in gathered.objects:
        if each.kind == "Kustomization":
            gathered.take(gathered.named(source_of(each)))


class _Gathered:
    """What was read so far."""

    def __init__(self, kubectl: Kubectl, first: Answer) -> None:
        self.kubectl = kubectl
        self.objects = tuple(map(Object, first.items))
        self.unseen = first.refused
        self._asked: set[Reference] = set()

    def named(self, *references: Reference | None) -> Iterator[Reading]:
        """Start a reading for each namespace of some names, leaving out what was asked for before."""
        known = (each for each in references if each and each.kind in _NAMED)
        wanted = {each for each in known if each not in self._asked}
        self._asked |= wanted
        for namespace in sorted({each.namespace for each in wanted}):
            words = sorted(f"{_NAMED[each.kind]}/{each.name}" for each in wanted if each.namespace == namespace)
            yield self.kubectl.get(namespace, *words)

    def take(self, readings: Iterable[Reading]) -> None:
        """Add what they find, once all of them run. A kind that the cluster lacks has no objects."""
        for reading in list(readings):
            try:
                answer = reading.answer()
            except UnknownKindError:
                continue
            self.objects += tuple(map(Object, answer.items))
            self.unseen += answer.refused


def _logs(kubectl: Kubectl, objects: Iterable[Object]) -> dict[str, str]:
    """The last words of containers that have crashed, without credentials."""
    readings = {
        f"{pod.name}/{container.name}": kubectl.logs(
            pod.namespace, pod.name, container.name, _LOG_LINES, previous=container.started is not None
        )
        for pod in objects
        if pod.kind == "Pod"
        for container in containers(pod)
        if not container.ready and container.ended.get("exitCode")
    }
    return {place: masked(reading.text()) for place, reading in readings.items()}

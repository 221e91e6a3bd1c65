"""What is asked of the cluster for one status: two rounds of kubectl, three where sources lie in other places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from registry_gitops.cluster.kubectl import (
    Answer,
    ClusterError,
    Kubectl,
    KubectlResult,
    UnknownKindError,
    parse_objects,
)
from registry_gitops.cluster.processes import run_all
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
from registry_gitops.masking import mask

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
    """Read everything that a status is made of, and change nothing. No kubectl runs on. Raises ClusterError."""
    now = datetime.now(UTC)
    try:
        (first,) = run_all([kubectl.get(namespace, ",".join((_RELEASES, *_WORKLOADS)))], parse_objects)
    except UnknownKindError:
        return Snapshot(namespace, name, now, flux=False)
    if _RELEASES in first.forbidden_kinds:
        raise ClusterError(
            f"this user is not allowed to read HelmReleases in namespace {namespace}",
            "grant `get` and `list` on helmreleases.helm.toolkit.fluxcd.io there",
        )
    gathered = _Gathered(kubectl, first)
    snapshot = Snapshot(namespace, name, now, gathered.objects)
    if snapshot.release is None:
        gathered.take(_deliveries(kubectl))
    else:
        _follow(gathered, snapshot.release)
    return Snapshot(namespace, name, now, gathered.objects, _logs(kubectl, gathered.objects), gathered.unseen)


def _deliveries(kubectl: Kubectl) -> list[list[str]]:
    """Return the command that reads all Kustomizations: a release that does not exist names none that applies it."""
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
    kustomizations = [each for each in gathered.objects if each.kind == "Kustomization"]
    gathered.take(gathered.named(*map(source_of, kustomizations)))


class _Gathered:
    """What was read so far."""

    def __init__(self, kubectl: Kubectl, first: Answer) -> None:
        self.kubectl = kubectl
        self.objects = tuple(map(Object, first.items))
        self.unseen = first.forbidden_kinds
        self._asked: set[Reference] = set()

    def named(self, *references: Reference | None) -> Iterator[list[str]]:
        """Return a command for each namespace of some names, without those of earlier commands."""
        known = (each for each in references if each and each.kind in _NAMED)
        wanted = {each for each in known if each not in self._asked}
        self._asked |= wanted
        for namespace in sorted({each.namespace for each in wanted}):
            words = sorted(f"{_NAMED[each.kind]}/{each.name}" for each in wanted if each.namespace == namespace)
            yield self.kubectl.get(namespace, *words)

    def take(self, commands: Iterable[Sequence[str]]) -> None:
        """Run commands at the same time, and add what they find. Raises ClusterError."""
        for answer in run_all(list(commands), _parse_objects_if_known):
            self.objects += tuple(map(Object, answer.items))
            self.unseen += answer.forbidden_kinds


def _parse_objects_if_known(result: KubectlResult) -> Answer:
    """Return the objects: none of a kind that the cluster lacks."""
    try:
        return parse_objects(result)
    except UnknownKindError:
        return Answer()


def _parse_log(result: KubectlResult) -> str:
    """Return the log without credentials; "" if kubectl failed, as for a container that has none."""
    return "" if result.exit_code else mask(result.stdout)


def _logs(kubectl: Kubectl, objects: Iterable[Object]) -> dict[str, str]:
    """Read the last lines of containers that have crashed, without credentials, by POD/CONTAINER."""
    commands = {
        f"{pod.name}/{container.name}": kubectl.logs(
            pod.namespace, pod.name, container.name, _LOG_LINES, previous=container.started is not None
        )
        for pod in objects
        if pod.kind == "Pod"
        for container in containers(pod)
        if not container.ready and container.ended.get("exitCode")
    }
    return dict(zip(commands, run_all(list(commands.values()), _parse_log), strict=True))

"""Read a snapshot: two rounds of kubectl, and a third one for the source of the Kustomization."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from registry_gitops.cluster.kubectl import Kubectl, KubectlResult, ObjectList, parse_objects
from registry_gitops.cluster.kubectl_errors import ClusterError, UnknownKindError
from registry_gitops.cluster.processes import run_commands
from registry_gitops.cluster.status.live_objects import Object, Reference, list_containers
from registry_gitops.cluster.status.snapshot import (
    COLLECTOR,
    Snapshot,
    chart_source_of,
    helm_chart_of,
    kustomization_of,
    list_inventory,
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
"""Kinds of which all objects in the namespace are read: one more kubectl costs more than a few unused objects."""
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
_JOBS: Final = ("cronjobs.batch", "jobs.batch")
_LOG_LINES: Final = 20


def read_snapshot(kubectl: Kubectl, namespace: str, name: str) -> Snapshot:
    """Read all objects that a status derives from; change nothing. Raises ClusterError."""
    now = datetime.now(UTC)
    try:
        (first,) = run_commands([kubectl.get_command(namespace, ",".join((_RELEASES, *_WORKLOADS)))], parse_objects)
    except UnknownKindError:
        return Snapshot(namespace, name, now, has_flux=False)
    if _RELEASES in first.forbidden_kinds:
        raise ClusterError(
            f"this user is not allowed to read HelmReleases in namespace {namespace}",
            "grant `get` and `list` on helmreleases.helm.toolkit.fluxcd.io there",
        )
    reader = _Reader(kubectl, first)
    release = Snapshot(namespace, name, now, reader.objects).release
    if release is None:
        # No release names the Kustomization that should apply it: any of the cluster's can be the one.
        reader.run([kubectl.get_command(None, ",".join((_NAMED["Kustomization"], _NAMED["GitRepository"])))])
    else:
        _read_references(reader, release)
    read = Snapshot(namespace, name, now, reader.objects, {}, reader.forbidden_kinds)
    return replace(read, logs=read_logs(kubectl, read))


def _read_references(reader: _Reader, release: Object) -> None:
    """Read the objects that the release names, then the source of the Kustomization."""
    target = target_namespace(release)
    reader.run(
        [
            *reader.commands_for(kustomization_of(release), chart_source_of(release), helm_chart_of(release)),
            *([reader.kubectl.get_command(target, ",".join(_WORKLOADS))] if target != release.namespace else []),
            *([reader.kubectl.get_command(target, ",".join(_JOBS))] if _has_cron_job(release) else []),
        ]
    )
    kustomizations = [thing for thing in reader.objects if thing.kind == "Kustomization"]
    reader.run(reader.commands_for(*map(source_of, kustomizations)))


def _has_cron_job(release: Object) -> bool:
    """Return whether the release created a CronJob: that of the chart collects garbage."""
    return any(item.kind == "CronJob" for item in list_inventory(release))


class _Reader:
    """Collects the objects that several rounds of kubectl read."""

    def __init__(self, kubectl: Kubectl, first: ObjectList) -> None:
        self.kubectl = kubectl
        self.objects = tuple(map(Object, first.items))
        self.forbidden_kinds = first.forbidden_kinds
        self._requested: set[Reference] = set()

    def commands_for(self, *references: Reference | None) -> Iterator[list[str]]:
        """Yield the commands that read these objects, one for each namespace, without objects of earlier commands."""
        known = {reference for reference in references if reference and reference.kind in _NAMED}
        wanted = known - self._requested
        self._requested |= wanted
        for namespace in sorted({reference.namespace for reference in wanted}):
            words = sorted(f"{_NAMED[item.kind]}/{item.name}" for item in wanted if item.namespace == namespace)
            yield self.kubectl.get_command(namespace, *words)

    def run(self, commands: Iterable[Sequence[str]]) -> None:
        """Run commands at the same time, and add the objects that they print. Raises ClusterError."""
        for found in run_commands(list(commands), _parse_objects_if_known):
            self.objects += tuple(map(Object, found.items))
            self.forbidden_kinds += found.forbidden_kinds


def _parse_objects_if_known(result: KubectlResult) -> ObjectList:
    """Return the objects, or no objects if the cluster lacks their kind."""
    try:
        return parse_objects(result)
    except UnknownKindError:
        return ObjectList()


def _parse_log(result: KubectlResult) -> str:
    """Return the log without credentials; "" if kubectl failed, for example because the container has no log."""
    return "" if result.exit_code else mask(result.stdout)


def read_logs(kubectl: Kubectl, snapshot: Snapshot) -> dict[str, str]:
    """Return the last log lines of what crashed, and of a collector, without credentials, by POD/CONTAINER."""
    commands = {
        f"{pod.name}/{container.name}": kubectl.logs_command(
            pod.namespace, pod.name, container.name, _LOG_LINES, previous=container.started is not None
        )
        for pod in snapshot.of_kinds("Pod")
        for container in list_containers(pod)
        if not container.is_ready and container.ended.get("exitCode")
    }
    for pod in snapshot.collection_pods[:1]:
        command = kubectl.logs_command(pod.namespace, pod.name, COLLECTOR, _LOG_LINES, previous=False)
        commands.setdefault(f"{pod.name}/{COLLECTOR}", command)
    return dict(zip(commands, run_commands(list(commands.values()), _parse_log), strict=True))

"""Read a snapshot: the namespace, and then, in rounds of kubectl, what its objects refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from registry_gitops.cluster.kubectl import Kubectl, KubectlResult, ObjectList, parse_objects
from registry_gitops.cluster.kubectl_errors import ClusterError, UnknownKindError
from registry_gitops.cluster.processes import run_commands
from registry_gitops.cluster.status.live_objects import Object, Reference, list_containers
from registry_gitops.cluster.status.related import ALL, RESOURCES, list_related
from registry_gitops.cluster.status.snapshot import COLLECTOR, KEEPER, Snapshot, deploys_registry, list_inventory
from registry_gitops.masking import mask

_RELEASES: Final = "helmreleases.helm.toolkit.fluxcd.io"
_NAMESPACED: Final = (
    "deployments.apps",
    "statefulsets.apps",
    "replicasets.apps",
    "pods",
    "persistentvolumeclaims",
    "services",
    "ingresses.networking.k8s.io",
    "configmaps",
    "horizontalpodautoscalers.autoscaling",
    "events",
)
"""Kinds of which all objects in the namespace are read: one more kubectl costs more than a few unused objects."""
_JOBS: Final = ("cronjobs.batch", "jobs.batch")
_PROCESSES: Final = 8
"""Maximum number of kubectls at the same time: each takes up to 100 MB."""
_LOG_LINES: Final = 50
"""Enough for the trace of a panic, and for the health checks and probes of two minutes."""
_MAX_PODS: Final = 2
"""Pods that are not ready, and whose logs are read: they seldom differ."""
_MAX_ROUNDS: Final = 4
"""Rounds of reading what objects refer to: a Kustomization, its dependency, the source of that one."""


def read_snapshot(kubectl: Kubectl, namespace: str, name: str) -> Snapshot:
    """Read all objects that the status of a HelmRelease derives from; change nothing. Raises ClusterError."""
    (snapshot,) = read_named_snapshots(kubectl, [(namespace, name)])
    return snapshot


def read_named_snapshots(kubectl: Kubectl, names: Sequence[tuple[str, str]]) -> tuple[Snapshot, ...]:
    """Read a snapshot of each HelmRelease, named by namespace and name, whether it exists or not. Raises ClusterError.

    One kubectl reads the objects of a namespace, for all that are in it.
    """
    reader = _Reader(kubectl)
    namespaces = list(dict.fromkeys(namespace for namespace, _ in names))
    try:
        reader.run([_Request(namespace, (_RELEASES, *_NAMESPACED)) for namespace in namespaces])
    except _NoFluxError:
        return tuple(replace(reader.snapshot(*each), has_flux=False) for each in names)
    place = f"namespace {namespaces[0]}" if len(namespaces) == 1 else f"namespaces {', '.join(namespaces)}"
    reader.require_releases(f"in {place}")
    requests = dict.fromkeys(request for each in names for request in _list_more(reader.snapshot(*each)))
    reader.read_related(names, tuple(requests))
    return tuple(reader.with_logs(*each) for each in names)


def read_snapshots(kubectl: Kubectl, namespace: str | None) -> tuple[Snapshot, ...]:
    """Read each HelmRelease of a namespace, or for None of the cluster, that deploys a registry. Raises ClusterError.

    One more kubectl for each namespace with a registry reads its objects.
    """
    reader = _Reader(kubectl)
    place = f"in namespace {namespace}" if namespace else "in the cluster"
    try:
        reader.run([_Request(namespace, (_RELEASES,))])
    except _NoFluxError:
        raise ClusterError("the cluster has no kind HelmRelease", "install Flux: `flux install`") from None
    reader.require_releases(place)
    releases = sorted(reader.objects, key=lambda release: (release.namespace, release.name))
    names = [(release.namespace, release.name) for release in releases if deploys_registry(release)]
    requests = dict.fromkeys(request for each in names for request in _list_namespaces(reader.snapshot(*each)))
    reader.read_related(names, tuple(requests))
    return tuple(reader.with_logs(*each) for each in names)


@dataclass(frozen=True)
class _Request:
    """One `kubectl get`: all objects of some kinds, or some objects by KIND/NAME."""

    namespace: str | None
    words: tuple[str, ...]

    def command(self, kubectl: Kubectl) -> list[str]:
        is_list = not any("/" in word for word in self.words)
        return kubectl.get_command(self.namespace, *([",".join(self.words)] if is_list else self.words))

    def without(self, kind: str) -> _Request:
        """The request for the other kinds; nothing is left if the kind is not known."""
        plurals = {word: re.split(r"[./]", word)[0] for word in self.words}
        is_known = kind in plurals.values()
        return replace(self, words=tuple(word for word in self.words if is_known and plurals[word] != kind))


def _list_more(snapshot: Snapshot) -> Iterator[_Request]:
    """Yield what to list besides the namespace of the release."""
    release = snapshot.release
    if release is None:
        # No release names the Kustomization that should apply it: any of the cluster's can be the one.
        yield _Request(None, (RESOURCES["Kustomization"], RESOURCES["GitRepository"]))
        return
    target = snapshot.target_namespace
    if target != release.namespace:
        yield _Request(target, _NAMESPACED)
    # The CronJob of the chart collects garbage.
    if any(item.kind == "CronJob" for item in list_inventory(release)):
        yield _Request(target, _JOBS)


def _list_namespaces(snapshot: Snapshot) -> Iterator[_Request]:
    """Yield what to list for a release that was read alone."""
    yield _Request(snapshot.namespace, _NAMESPACED)
    yield from _list_more(snapshot)


class _NoFluxError(Exception):
    """The cluster has no kind HelmRelease."""


class _Reader:
    """Collects the objects that several rounds of kubectl read, for one release or for many."""

    def __init__(self, kubectl: Kubectl) -> None:
        self._found: dict[Reference, Object] = {}
        self._forbidden_kinds: dict[str, None] = {}
        self._read_at = datetime.now(UTC)
        self._kubectl = kubectl
        self._requested: set[Reference] = set()

    @property
    def objects(self) -> tuple[Object, ...]:
        """All objects that were read, each once: a list can have what was read by its name."""
        return tuple(self._found.values())

    def snapshot(self, namespace: str, name: str) -> Snapshot:
        """Return what was read so far of a release: its namespaces, and what has none or is Flux's."""
        everything = Snapshot(
            namespace, name, self._read_at, self.objects, forbidden_kinds=tuple(self._forbidden_kinds)
        )
        places = {"", namespace, everything.target_namespace}
        objects = (thing for thing in self.objects if thing.namespace in places or thing.kind in RESOURCES)
        return replace(everything, objects=tuple(objects))

    def with_logs(self, namespace: str, name: str) -> Snapshot:
        """Return all that was read of a release, with the logs of its containers."""
        snapshot = self.snapshot(namespace, name)
        return replace(snapshot, logs=read_logs(self._kubectl, snapshot))

    def require_releases(self, place: str) -> None:
        """Raise ClusterError if this user is not allowed to read HelmReleases."""
        if _RELEASES in self._forbidden_kinds:
            raise ClusterError(
                f"this user is not allowed to read HelmReleases {place}",
                "grant `get` and `list` on helmreleases.helm.toolkit.fluxcd.io there",
            )

    def read_related(self, names: Sequence[tuple[str, str]], requests: Sequence[_Request]) -> None:
        """Send the requests, and read what the releases refer to, as long as new objects become known."""
        for _ in range(_MAX_ROUNDS):
            requests = [*requests, *self._request_related([self.snapshot(*each) for each in names])]
            if not requests:
                return
            self.run(requests)
            requests = ()

    def _request_related(self, snapshots: Sequence[Snapshot]) -> Iterator[_Request]:
        """Yield requests for the related objects that were not requested yet: by name, and all of a kind."""
        known = self._found.keys() | self._requested
        # kubectl takes a namespace for cluster-scoped objects too, and ignores it.
        by_namespace: dict[tuple[str, bool], set[str]] = {}
        for snapshot in snapshots:
            for item in {*list_related(snapshot)} - known:
                is_list = item.name == ALL
                words = by_namespace.setdefault((item.namespace or snapshot.namespace, is_list), set())
                words.add(RESOURCES[item.kind] if is_list else f"{RESOURCES[item.kind]}/{item.name}")
                self._requested.add(item)
        for (namespace, _), words in sorted(by_namespace.items()):
            yield _Request(namespace, tuple(sorted(words)))

    def run(self, requests: Sequence[_Request]) -> None:
        """Send requests at the same time, and add what they return. Raises ClusterError, and _NoFluxError.

        A kind that the cluster does not have is left out.
        """
        waiting = list(requests)
        while waiting:
            batch, waiting = waiting[:_PROCESSES], waiting[_PROCESSES:]
            found = run_commands([request.command(self._kubectl) for request in batch], _parse_known)
            for request, result in zip(batch, found, strict=True):
                if isinstance(result, ObjectList):
                    for thing in map(Object, result.items):
                        self._found.setdefault(thing.reference, thing)
                    self._forbidden_kinds |= dict.fromkeys(result.forbidden_kinds)
                elif result.kind == _RELEASES.split(".")[0]:
                    raise _NoFluxError
                elif (rest := request.without(result.kind)).words:
                    waiting.append(rest)


def _parse_known(result: KubectlResult) -> ObjectList | UnknownKindError:
    """Return the objects, or the kind that the cluster lacks."""
    try:
        return parse_objects(result)
    except UnknownKindError as error:
        return error


def _parse_log(result: KubectlResult) -> str:
    """Return the log without credentials; "" if kubectl failed, for example because the container has no log."""
    return "" if result.exit_code else mask(result.stdout)


def read_logs(kubectl: Kubectl, snapshot: Snapshot) -> dict[str, str]:
    """Return the last log lines of what crashed or is not ready, and of a collector, without credentials."""
    commands = {
        f"{pod.name}/{name}": kubectl.logs_command(pod.namespace, pod.name, name, _LOG_LINES, previous=previous)
        for pod in snapshot.unready_pods[:_MAX_PODS]
        for name, previous in _list_logs(pod, snapshot.read_at)
    }
    job = snapshot.collection_job
    names = (COLLECTOR, KEEPER) if job and job.condition("Failed").is_true else (COLLECTOR,)
    for pod in snapshot.collection_pods[:1]:
        for name in names:
            command = kubectl.logs_command(pod.namespace, pod.name, name, _LOG_LINES, previous=False)
            commands.setdefault(f"{pod.name}/{name}", command)
    return dict(zip(commands, run_commands(list(commands.values()), _parse_log), strict=True))


def _list_logs(pod: Object, now: datetime) -> Iterator[tuple[str, bool]]:
    """Yield the containers of a Pod whose log tells why it is not ready, and whether it is that of the previous run."""
    for container in list_containers(pod):
        if container.is_ready or not (container.started or container.ended):
            continue
        has_failed = bool(container.ended.get("exitCode")) and not container.has_recovered(now)
        yield container.name, has_failed and container.started is not None

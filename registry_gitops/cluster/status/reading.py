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
from registry_gitops.cluster.status.related import RESOURCES, list_related
from registry_gitops.cluster.status.snapshot import COLLECTOR, Snapshot, list_inventory
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
_LOG_LINES: Final = 20
_MAX_ROUNDS: Final = 4
"""Rounds of reading what objects refer to: a Kustomization, its dependency, the source of that one."""


def read_snapshot(kubectl: Kubectl, namespace: str, name: str) -> Snapshot:
    """Read all objects that a status derives from; change nothing. Raises ClusterError."""
    reader = _Reader(kubectl, Snapshot(namespace, name, datetime.now(UTC)))
    try:
        reader.run([_Request(namespace, (_RELEASES, *_NAMESPACED))])
    except _NoFluxError:
        return replace(reader.snapshot, has_flux=False)
    if _RELEASES in reader.snapshot.forbidden_kinds:
        raise ClusterError(
            f"this user is not allowed to read HelmReleases in namespace {namespace}",
            "grant `get` and `list` on helmreleases.helm.toolkit.fluxcd.io there",
        )
    reader.read_related(list(_list_more(reader.snapshot)))
    return replace(reader.snapshot, logs=read_logs(kubectl, reader.snapshot))


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


class _NoFluxError(Exception):
    """The cluster has no kind HelmRelease."""


class _Reader:
    """Adds to a snapshot the objects that several rounds of kubectl read."""

    def __init__(self, kubectl: Kubectl, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._kubectl = kubectl
        self._requested: set[Reference] = set()

    def read_related(self, requests: Sequence[_Request]) -> None:
        """Send the requests, and read related objects, as long as new ones become known."""
        for _ in range(_MAX_ROUNDS):
            requests = [*requests, *self._request_related()]
            if not requests:
                return
            self.run(requests)
            requests = ()

    def _request_related(self) -> Iterator[_Request]:
        """Yield a request for each namespace of the related objects that were not requested yet."""
        wanted = {item for item in list_related(self.snapshot) if self.snapshot.find(item) is None} - self._requested
        self._requested |= wanted
        # kubectl takes a namespace for cluster-scoped objects too, and ignores it.
        by_namespace: dict[str, list[str]] = {}
        for item in wanted:
            words = by_namespace.setdefault(item.namespace or self.snapshot.namespace, [])
            words.append(f"{RESOURCES[item.kind]}/{item.name}")
        for namespace, words in sorted(by_namespace.items()):
            yield _Request(namespace, tuple(sorted(words)))

    def run(self, requests: Sequence[_Request]) -> None:
        """Send requests at the same time, and add what they return. Raises ClusterError, and _NoFluxError.

        A kind that the cluster does not have is left out.
        """
        while requests:
            found = run_commands([request.command(self._kubectl) for request in requests], _parse_known)
            retries = []
            for request, result in zip(requests, found, strict=True):
                if isinstance(result, ObjectList):
                    self._add(result)
                elif result.kind == _RELEASES.split(".")[0]:
                    raise _NoFluxError
                else:
                    retries.append(request.without(result.kind))
            requests = [request for request in retries if request.words]

    def _add(self, found: ObjectList) -> None:
        self.snapshot = replace(
            self.snapshot,
            objects=(*self.snapshot.objects, *map(Object, found.items)),
            forbidden_kinds=(*self.snapshot.forbidden_kinds, *found.forbidden_kinds),
        )


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

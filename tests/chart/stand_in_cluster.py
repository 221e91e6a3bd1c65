"""As much of a cluster as the Job of a collection needs: a Deployment whose Pods are real registries on one directory.

A change of the Deployment replaces one Pod after the other. The API has what kubectl requests for it.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.cluster.api import Answering, listening
from tests.support.registry import RealRegistry

NAMESPACE = "docker-registry"
DEPLOYMENT = "docker-registry"
_RESOURCES: dict[str, list[dict[str, Any]]] = {
    "v1": [{"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod", "verbs": ["get", "list"]}],
    "apps/v1": [
        {
            "name": "deployments",
            "singularName": "deployment",
            "namespaced": True,
            "kind": "Deployment",
            "verbs": ["get", "list", "patch", "watch"],
        }
    ],
}
_DISCOVERY: dict[str, dict[str, Any]] = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [
            {
                "name": "apps",
                "versions": [{"groupVersion": "apps/v1", "version": "v1"}],
                "preferredVersion": {"groupVersion": "apps/v1", "version": "v1"},
            }
        ],
    },
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": _RESOURCES["v1"]},
    "/apis/apps/v1": {"kind": "APIResourceList", "groupVersion": "apps/v1", "resources": _RESOURCES["apps/v1"]},
}


@dataclass
class Pod:
    """A Pod of the Deployment, and the registry in it."""

    name: str
    labels: dict[str, str]
    registry: RealRegistry

    @property
    def data(self) -> dict[str, Any]:
        return _pod(self.name, self.labels, {"phase": "Running"})


@dataclass
class StandInCluster:
    """The Deployment with its Pods; `start_registry` starts one with these variables more."""

    start_registry: Callable[[Mapping[str, str]], RealRegistry]
    template: dict[str, Any]
    replicas: int = 2
    pods: list[Pod] = field(default_factory=list)
    job_code: Callable[[], int | None] = lambda: None
    """How the container garbage-collection of the Job ended."""
    is_broken: bool = False
    """Whether the API answers each request with 500."""
    stands_still: bool = False
    """Whether a change of the Deployment replaces no Pod."""
    generation: int = 1
    observed: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _rollouts: list[threading.Thread] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        """Where the Pods answer, as a Service knows it."""
        with self._lock:
            return [pod.registry.url for pod in self.pods]

    @property
    def variables(self) -> dict[str, str]:
        """The variables of the registry's container in the Deployment."""
        (container,) = self.template["spec"]["containers"]
        return {variable["name"]: variable.get("value", "") for variable in container.get("env", [])}

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.template["metadata"]["labels"])

    def start_pod(self) -> Pod:
        """Start a Pod of the template that is in force."""
        variables = {name: value for name, value in self.variables.items() if name.startswith("REGISTRY_STORAGE_")}
        pod = Pod(f"docker-registry-{time.monotonic_ns()}", self.labels, self.start_registry(variables).__enter__())
        with self._lock:
            self.pods.append(pod)
        return pod

    def end_pod(self, pod: Pod) -> None:
        """End a Pod; it is listed until it has ended."""
        pod.registry.__exit__(None, None, None)
        with self._lock:
            self.pods.remove(pod)

    def settle(self) -> None:
        """Wait for all rollouts."""
        for rollout in list(self._rollouts):
            rollout.join()

    def _roll_out(self, generation: int, before: threading.Thread | None) -> None:
        if before:
            before.join()
        if self.stands_still:
            return
        for old in list(self.pods):
            self.start_pod()
            self.end_pod(old)
        self.observed = generation

    def change(self, patch: Mapping[str, Any]) -> dict[str, Any]:
        """Change the template by a strategic merge patch, as far as the Job writes one."""
        template = patch["spec"]["template"]
        labels = {**self.labels, **template["metadata"]["labels"]}
        (container,) = template["spec"]["containers"]
        (own,) = self.template["spec"]["containers"]
        assert container["name"] == own["name"]
        variables = {variable["name"]: variable for variable in own.get("env", [])}
        for variable in container["env"]:
            if variable.get("$patch") == "delete":
                variables.pop(variable["name"], None)
            else:
                variables[variable["name"]] = variable
        changed = {
            "metadata": {"labels": {key: value for key, value in labels.items() if value is not None}},
            "spec": {"containers": [{**own, "env": list(variables.values())}]},
        }
        if changed != self.template:
            self.template, self.generation = changed, self.generation + 1
            before = self._rollouts[-1] if self._rollouts else None
            self._rollouts.append(threading.Thread(target=self._roll_out, args=(self.generation, before)))
            self._rollouts[-1].start()
        return self.deployment

    @property
    def deployment(self) -> dict[str, Any]:
        is_done = self.observed == self.generation
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": DEPLOYMENT, "namespace": NAMESPACE, "generation": self.generation},
            "spec": {"replicas": self.replicas, "template": self.template},
            "status": {
                "observedGeneration": self.generation,
                "replicas": len(self.pods),
                "updatedReplicas": self.replicas if is_done else 0,
                "availableReplicas": self.replicas,
            },
        }

    def answer(self, path: str, query: Mapping[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """Status code and body of a GET."""
        here = f"/namespaces/{NAMESPACE}"
        if path in _DISCOVERY:
            return 200, _DISCOVERY[path]
        if path == f"/apis/apps/v1{here}/deployments/{DEPLOYMENT}":
            return 200, self.deployment
        if path == f"/api/v1{here}/pods":
            selector = query.get("labelSelector", [""])[0]
            with self._lock:
                items = [pod.data for pod in self.pods if _matches(pod.labels, selector)]
            return 200, {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items}
        if path == f"/api/v1{here}/pods/collection":
            code = self.job_code()
            state = {"running": {}} if code is None else {"terminated": {"exitCode": code}}
            return 200, _pod("collection", {}, {"containerStatuses": [{"name": "garbage-collection", "state": state}]})
        return 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404, "message": path}


def _pod(name: str, labels: Mapping[str, str], status: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": dict(labels)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": dict(status)}


def _matches(labels: Mapping[str, str], selector: str) -> bool:
    for condition in filter(None, selector.split(",")):
        key, is_not, value = condition.partition("!=") if "!=" in condition else condition.partition("=")
        if (labels.get(key) == value) == (is_not == "!="):
            return False
    return True


class _Handler(Answering):
    cluster: StandInCluster

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        self.give(*((500, {}) if self.cluster.is_broken else self.cluster.answer(place.path, parse_qs(place.query))))

    def do_PATCH(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.give(*((500, {}) if self.cluster.is_broken else (200, self.cluster.change(body))))


@contextlib.contextmanager
def serving_cluster(cluster: StandInCluster, config: Path) -> Iterator[StandInCluster]:
    """The Pods run, and the API answers; `config` is written as the kubeconfig that leads to it."""
    try:
        for _ in range(cluster.replicas):
            cluster.start_pod()
        cluster.observed = cluster.generation
        with listening(type("Handler", (_Handler,), {"cluster": cluster}), config):
            yield cluster
    finally:
        cluster.settle()
        for pod in list(cluster.pods):
            cluster.end_pod(pod)

"""What a change does in the cluster: which Pods serve at each moment, and what is left afterwards."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests

from registry_gitops.diff import Effect
from tests.e2e.cluster import Object
from tests.e2e.pushes import REPOSITORY

IMAGE_TAG = "1"
_TIMEOUT = 30


class Api:
    """The API of the cluster by `kubectl proxy`, which is quicker than a kubectl for each request; a context manager.

    It follows all Pods meanwhile, and keeps the least number of them that have served at once in each namespace.
    """

    def __init__(self) -> None:
        self._serving: dict[str, set[str]] = {}
        self._least: dict[str, int] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        said = self._process.stdout.readline()
        (address,) = re.findall(r"[0-9.]+:[0-9]+$", said.strip())
        self._url = f"http://{address}"
        self._thread = threading.Thread(target=self._follow_pods)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._thread.join()

    def list(self, path: str) -> list[dict[str, Any]]:
        """The objects of a kind, such as /api/v1/namespaces/NAME/pods."""
        answer = requests.get(self._url + path, timeout=_TIMEOUT)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def has_image(self, service: Object) -> bool:
        """Whether the registry behind a Service lists the image."""
        metadata = service["metadata"]
        place = f"/api/v1/namespaces/{metadata['namespace']}/services/{metadata['name']}:http/proxy"
        answer = requests.get(f"{self._url}{place}/v2/{REPOSITORY}/tags/list", timeout=_TIMEOUT)
        return answer.ok and IMAGE_TAG in (answer.json()["tags"] or ())

    def forget(self) -> None:
        """Count the Pods that serve anew."""
        with self._lock:
            self._least = {namespace: len(pods) for namespace, pods in self._serving.items()}

    def least_serving(self, namespace: str) -> int:
        """The least number of Pods that have served at once since `forget`."""
        with self._lock:
            return self._least.get(namespace, 0)

    def _follow_pods(self) -> None:
        # The proxy ends in the middle of it.
        with (
            suppress(requests.RequestException),
            requests.get(f"{self._url}/api/v1/pods", params={"watch": "1"}, stream=True, timeout=(5, None)) as answer,
        ):
            for line in answer.iter_lines(chunk_size=None):
                self._note(json.loads(line))

    def _note(self, event: Object) -> None:
        pod, metadata = event["object"], event["object"]["metadata"]
        with self._lock:
            serving = self._serving.setdefault(metadata["namespace"], set())
            if event["type"] != "DELETED" and is_serving(pod) and is_of_registry(pod):
                serving.add(metadata["uid"])
            else:
                serving.discard(metadata["uid"])
            self._least[metadata["namespace"]] = min(self._least.get(metadata["namespace"], 0), len(serving))


def is_serving(pod: Object) -> bool:
    """Whether a Pod is ready, and is to stay."""
    conditions = {each["type"]: each["status"] for each in pod["status"].get("conditions", ())}
    return conditions.get("Ready") == "True" and is_to_stay(pod)


def is_to_stay(found: Object) -> bool:
    """Whether an object is not being deleted."""
    return "deletionTimestamp" not in found["metadata"]


def is_of_registry(pod: Object) -> bool:
    """Whether it is a Pod of a chart, and not one that a registry needs, such as an S3 server."""
    return "app.kubernetes.io/name" in pod["metadata"]["labels"]


@dataclass(frozen=True)
class State:
    """What there is of a registry."""

    pods: frozenset[str]
    """The uids, with the number of restarts, of those that are to stay."""
    objects: dict[str, str]
    """Deployments and Services by name -> uid."""
    claims: dict[str, bool]
    """Name -> whether it is to stay."""
    mounted: frozenset[str]
    """Names of the claims that Pods mount."""
    has_image: bool
    """Whether the image that was pushed is served."""

    @classmethod
    def of(cls, api: Api, namespace: str) -> Self:
        """The one of a namespace, which may be gone."""
        found = api.list(f"/api/v1/namespaces/{namespace}/pods")
        pods = [each for each in found if is_to_stay(each) and is_of_registry(each)]
        claims = api.list(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims")
        services = api.list(f"/api/v1/namespaces/{namespace}/services")
        deployments = api.list(f"/apis/apps/v1/namespaces/{namespace}/deployments")
        volumes = [volume for pod in pods for volume in pod["spec"]["volumes"]]
        named = (*(("Service", each) for each in services), *(("Deployment", each) for each in deployments))
        return cls(
            frozenset(f"{each['metadata']['uid']} {_restarts(each)}" for each in pods),
            {f"{kind}/{each['metadata']['name']}": each["metadata"]["uid"] for kind, each in named},
            {each["metadata"]["name"]: is_to_stay(each) for each in claims},
            frozenset(
                each["persistentVolumeClaim"]["claimName"] for each in volumes if "persistentVolumeClaim" in each
            ),
            any(map(api.has_image, services)),
        )

    def effect(self, before: State, least_serving: int, *, is_refused: bool) -> Effect:
        """What has happened since `before`, the worst of it."""
        if any(not self.claims.get(claim, False) for claim in before.mounted):
            return Effect.DELETES_DATA
        if is_refused:
            return Effect.REFUSED
        if before.has_image and not self.has_image and (self.pods or not self.objects):
            return Effect.ORPHANS_DATA
        if any(self.objects.get(name, uid) != uid for name, uid in before.objects.items()):
            return Effect.RECREATES_OBJECT
        return self._effect_on_pods(before, least_serving)

    def _effect_on_pods(self, before: State, least_serving: int) -> Effect:
        if self.pods == before.pods:
            return Effect.NOTHING
        if not self.pods:
            return Effect.STOPS_PODS
        if not before.pods or self.pods & before.pods:
            return Effect.SCALES_PODS
        return Effect.RESTARTS_PODS if least_serving else Effect.STOPS_PODS


def _restarts(pod: Object) -> int:
    return sum(each["restartCount"] for each in pod["status"].get("containerStatuses", ()))

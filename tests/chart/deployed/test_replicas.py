"""Two Pods of the chart work as one registry on S3, redis, and one secret; without one of the three they do not.

Each request goes to the other Pod than the one before, as behind a Service.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from pydantic import ValidationError

from registry_gitops.values import RegistryValues
from tests.chart.deployed.rendered_pod import start_pod
from tests.support.helm import Chart
from tests.support.oci_content import Blob, image
from tests.support.oci_http import ACCEPT
from tests.support.redis import Redis
from tests.support.registry import RealRegistry
from tests.support.s3 import S3

CHUNK = 50_000
PUSHED = image(Random(1), 4 * CHUNK)
CONFIG, LAYER = PUSHED.parts
BUCKETS = itertools.count()
Start = Callable[[dict[str, Any]], Any]


class Replicas:
    """The Pods at `urls`; `ask` sends each request to the next one, or to a given one."""

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = tuple(urls)
        self._turn = itertools.cycle(self.urls)
        self._lock = threading.Lock()

    def ask(self, method: str, path: str, at: str = "", **more: Any) -> requests.Response:
        """One request on a connection of its own. `path` is below the repository, or a Location."""
        with self._lock:
            base = at or next(self._turn)
        parts = urlsplit(path)
        target = parts.path if path.startswith(("/", "http")) else f"/v2/team/app/{parts.path}"
        query = f"?{parts.query}" if parts.query else ""
        return requests.request(method, f"{base}{target}{query}", timeout=60, **more)

    def push_blob(self, blob: Blob) -> requests.Response:
        """Upload in chunks, and return the response to the last request, or to the first that failed."""
        answer = self.ask("POST", "blobs/uploads/")
        for start in range(0, len(blob.content), CHUNK):
            if not answer.ok:
                return answer
            chunk = blob.content[start : start + CHUNK]
            headers = {"Content-Range": f"{start}-{start + len(chunk) - 1}", "Content-Type": "application/octet-stream"}
            answer = self.ask("PATCH", answer.headers["Location"], data=chunk, headers=headers)
        if not answer.ok:
            return answer
        location = answer.headers["Location"]
        return self.ask("PUT", f"{location}{'&' if '?' in location else '?'}digest={blob.digest}")

    def put_manifest(self, manifest: Blob, reference: str, at: str = "") -> requests.Response:
        headers = {"Content-Type": manifest.media_type}
        return self.ask("PUT", f"manifests/{reference}", at, data=manifest.content, headers=headers)

    def push(self, content: Blob, tag: str) -> None:
        for blob in content.parts:
            assert self.push_blob(blob).status_code == 201
        assert self.put_manifest(content, tag).status_code == 201

    def statuses(self, method: str, path: str) -> list[int]:
        """The status of each Pod."""
        return [self.ask(method, path, url, headers=ACCEPT).status_code for url in self.urls]


@pytest.fixture
def values(s3: S3, redis: Redis) -> dict[str, Any]:
    """The values of two Pods that share all that they must."""
    bucket = f"replicas-{next(BUCKETS)}"
    s3.make_bucket(bucket)
    redis.command("FLUSHDB")
    section = {"bucket": bucket, "regionEndpoint": s3.url, "redirect": False, "existingSecret": "registry-s3"}
    return {
        "replicaCount": 2,
        "http": {"existingSecret": "registry-http"},
        "storage": {"type": "s3", "s3": section},
        "cache": {"type": "redis", "redis": {"addrs": [redis.address]}},
        "deletion": {"enabled": True},
    }


@pytest.fixture
def start(chart: Chart, real_registry: Callable[..., RealRegistry], s3: S3, tmp_path: Path) -> Start:
    """`with start(values) as replicas:` runs two Pods of these values."""
    keys = {"access-key": s3.access_key, "secret-key": s3.secret_key}
    secrets = {"registry-http": {"http-secret": "one secret of both"}, "registry-s3": keys}

    @contextmanager
    def running(values: dict[str, Any]) -> Iterator[Replicas]:
        with ExitStack() as stack:
            pods = [stack.enter_context(start_pod(chart, real_registry, tmp_path, values, secrets)) for _ in range(2)]
            yield Replicas([pod.url for pod in pods])

    return running


def refusals(values: dict[str, Any]) -> list[str]:
    """The names of the combinations that the models refuse."""
    with pytest.raises(ValidationError) as caught:
        RegistryValues.model_validate(values)
    return [error["type"] for error in caught.value.errors()]


@pytest.mark.parametrize("cache", ["redis", "off"])
def test_each_request_of_a_push_can_reach_another_replica(start: Start, values: dict[str, Any], cache: str) -> None:
    with start({**values, "cache": {**values["cache"], "type": cache}}) as replicas:
        replicas.push(PUSHED, "latest")
        for url in replicas.urls:
            assert replicas.ask("GET", f"blobs/{LAYER.digest}", url).content == LAYER.content
            assert replicas.ask("GET", "manifests/latest", url, headers=ACCEPT).content == PUSHED.content


@pytest.mark.parametrize("cache", ["redis", "off"])
def test_deletion_on_one_replica_is_seen_on_the_other(start: Start, values: dict[str, Any], cache: str) -> None:
    with start({**values, "cache": {**values["cache"], "type": cache}}) as replicas:
        replicas.push(PUSHED, "latest")
        paths = ("manifests/latest", f"manifests/{PUSHED.digest}", f"blobs/{LAYER.digest}")
        assert [replicas.statuses("HEAD", path) for path in paths] == 3 * [[200, 200]]
        first = replicas.urls[0]
        for path in (f"manifests/{PUSHED.digest}", f"blobs/{LAYER.digest}"):
            assert replicas.ask("DELETE", path, first).status_code == 202
        assert [replicas.statuses("HEAD", path) for path in paths] == 3 * [[404, 404]]
        replicas.push(PUSHED, "latest")
        assert [replicas.statuses("GET", path) for path in paths] == 3 * [[200, 200]]


def test_tag_that_several_clients_move_names_one_of_their_images(start: Start, values: dict[str, Any]) -> None:
    images = [image(Random(number), 1_000) for number in range(4)]
    with start(values) as replicas:
        for number, each in enumerate(images):
            replicas.push(each, f"v{number}")
        known = {each.content for each in images}

        def move(number: int) -> list[int]:
            return [replicas.put_manifest(images[(number + turn) % 4], "latest").status_code for turn in range(10)]

        def read(_: int) -> set[bytes]:
            found = (replicas.ask("GET", "manifests/latest", headers=ACCEPT) for _ in range(20))
            return {answer.content for answer in found}

        replicas.put_manifest(images[0], "latest")
        with ThreadPoolExecutor(6) as pool:
            reads, moves = pool.map(read, range(2)), list(pool.map(move, range(4)))
            assert moves == 4 * [10 * [201]]
            assert set().union(*reads) <= known
        last = {replicas.ask("GET", "manifests/latest", url, headers=ACCEPT).content for url in replicas.urls}
        assert len(last) == 1
        assert last <= known


def test_push_works_between_replicas_that_have_the_secret_from_a_variable(start: Start, values: dict[str, Any]) -> None:
    source = {"secretKeyRef": {"name": "registry-http", "key": "http-secret"}}
    variable = {"name": "REGISTRY_HTTP_SECRET", "valueFrom": source}
    with start({**values, "http": {}, "extraEnvVars": [variable]}) as replicas:
        assert replicas.push_blob(LAYER).status_code == 201


def test_push_fails_between_replicas_that_each_have_a_secret(start: Start, values: dict[str, Any]) -> None:
    broken = {key: value for key, value in values.items() if key != "http"}
    assert refusals(broken) == ["replicas-secret"]
    with start({**broken, "replicaCount": 1}) as replicas:
        answer = replicas.push_blob(LAYER)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "BLOB_UPLOAD_INVALID")


def test_push_fails_between_replicas_that_each_have_a_directory(start: Start, values: dict[str, Any]) -> None:
    broken = {**values, "storage": {"type": "filesystem"}}
    assert refusals(broken) == ["replicas-claim"]
    with start({**broken, "replicaCount": 1}) as replicas:
        answer = replicas.push_blob(LAYER)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "BLOB_UPLOAD_UNKNOWN")


def test_image_is_lost_between_replicas_that_each_have_a_cache(start: Start, values: dict[str, Any]) -> None:
    broken = {**values, "cache": {"type": "inmemory"}}
    assert refusals(broken) == ["replicas-cache"]
    with start({**broken, "replicaCount": 1}) as replicas:
        replicas.push(PUSHED, "latest")
        first, second = replicas.urls
        layer = f"blobs/{LAYER.digest}"
        assert replicas.statuses("HEAD", layer) == [200, 200]
        assert replicas.ask("DELETE", f"manifests/{PUSHED.digest}", first).status_code == 202
        assert replicas.ask("DELETE", layer, first).status_code == 202
        # A client that asks the second one skips the layer, and its image cannot be pulled from the first one.
        assert replicas.statuses("HEAD", layer) == [404, 200]
        assert replicas.put_manifest(PUSHED, "latest", second).status_code == 201
        assert replicas.statuses("GET", layer)[0] == 404

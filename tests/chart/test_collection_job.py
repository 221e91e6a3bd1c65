"""Garbage collection of several replicas: the scripts of the Job, with the real kubectl and two real registries."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.chart.collecting import (
    Client,
    Script,
    accepts_pushes,
    push_what_is_missing,
    read_results,
    running,
    start_container,
    wait_for,
    wait_until_each_pushed,
    write_files,
)
from tests.chart.stand_in_cluster import StandInCluster, serving_cluster
from tests.support.helm import Chart, Rendered
from tests.support.listening import HOST, free_port
from tests.support.oci_content import image
from tests.support.oci_http import Repository
from tests.support.redis import Redis
from tests.support.registry import RealRegistry

VALUES: dict[str, Any] = {
    "replicaCount": 2,
    "http": {"existingSecret": "registry-http"},
    "persistence": {"accessModes": ["ReadWriteMany"]},
    "deletion": {"enabled": True},
    "garbageCollection": {"enabled": True},
}
NAMES = ("read-only", "garbage-collection")


@dataclass
class Job:
    """The Pod of a Job: its containers as processes."""

    rendered: Rendered
    folder: Path
    path: str
    data: Path
    containers: dict[str, Script] = field(default_factory=dict)

    @property
    def pod(self) -> dict[str, Any]:
        (cron_job,) = self.rendered.find("CronJob", "docker-registry-collection")
        return dict(cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"])

    def start(self, **environment: str) -> None:
        """Start both containers; `environment` is added to that of the container read-only."""
        (self.folder / "run").mkdir(exist_ok=True)
        for container in self.pod["containers"]:
            name = container["name"]
            more = {"POD": "collection", "KUBECONFIG": str(self.folder / "kubeconfig"), **environment}
            places = {"GC_ROOT": str(self.data), "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": str(self.data)}
            places["REGISTRY_HTTP_SECRET"] = "secret"
            variables = more if name == "read-only" else places
            self.containers[name] = start_container(container, self.folder, self.path, variables)

    def collector_code(self) -> int | None:
        """How the collector's container ended, as the API server tells."""
        container = self.containers.get("garbage-collection")
        return container.process.poll() if container else None

    def codes(self) -> tuple[int, int]:
        """The exit codes of both containers, as soon as they have ended."""
        keeper, collector = (self.containers[name].ended() for name in NAMES)
        return keeper, collector

    def kill(self) -> None:
        for container in self.containers.values():
            container.kill()

    def results(self) -> list[dict[str, str]]:
        return read_results(self.containers["garbage-collection"].text)


@pytest.fixture(scope="module")
def rendered(chart: Chart, redis: Redis) -> Rendered:
    return chart.render(**VALUES, cache={"type": "redis", "redis": {"addrs": [redis.address]}})


@pytest.fixture
def job(rendered: Rendered, applets: Path, tool: Callable[[str], Path], tmp_path: Path) -> Iterator[Job]:
    """The Job of the chart; both the registry and kubectl are found by PATH."""
    for name in ("programs", "data"):
        (tmp_path / name).mkdir()
    write_files(rendered, tmp_path)
    (tmp_path / "programs" / "registry").symlink_to(tool("registry"))
    kubectl = shutil.which("kubectl", path=str(Path(sys.executable).parent)) or pytest.fail("kubectl is missing")
    (tmp_path / "programs" / "kubectl").symlink_to(kubectl)
    found = Job(rendered, tmp_path, f"{applets}:{tmp_path / 'programs'}", tmp_path / "data")
    yield found
    found.kill()


@pytest.fixture
def cluster(job: Job, tool: Callable[[str], Path]) -> Iterator[StandInCluster]:
    """The Deployment of the chart, with two Pods that serve one directory."""
    template = job.rendered["Deployment"]["spec"]["template"]
    names = {"metadata": {"labels": template["metadata"]["labels"]}}
    (container,) = (found for found in template["spec"]["containers"] if found["name"] == "registry")
    spec = {"containers": [{"name": "registry", "env": container["env"]}]}

    def start_registry(variables: Mapping[str, str]) -> RealRegistry:
        environment = {"REGISTRY_HTTP_SECRET": "secret", "OTEL_TRACES_EXPORTER": "none", **variables}
        return RealRegistry(tool("registry"), job.rendered.config_text, environment=environment, data=job.data)

    stand_in = StandInCluster(start_registry, {**names, "spec": spec}, job_code=job.collector_code)
    with serving_cluster(stand_in, job.folder / "kubeconfig") as serving:
        yield serving


def assert_as_before(cluster: StandInCluster, before: Mapping[str, Any]) -> None:
    cluster.settle()
    assert cluster.template == before
    assert [accepts_pushes(url) for url in cluster.urls] == [True, True]


def test_every_image_that_was_accepted_while_the_job_runs_can_be_pulled(job: Job, cluster: StandInCluster) -> None:
    before, shared = cluster.template, image(Random(1), 20_000)
    Repository(cluster.urls[0], "shared").push(shared, "1.0")
    clients = [Client(lambda: cluster.urls, number, shared) for number in range(2)]
    with running(clients):
        wait_until_each_pushed(clients)
        job.start()
        assert job.codes() == (0, 0)
        wait_until_each_pushed(clients)
    assert_as_before(cluster, before)
    assert [client.broken() for client in clients] == [[], []]
    assert Repository(cluster.urls[0], "shared").lacks(shared) == []
    assert int(job.results()[0]["deleted_blobs"]) > 0


def test_a_deleted_image_that_is_pushed_again_is_whole(job: Job, cluster: StandInCluster, redis: Redis) -> None:
    deleted = image(Random(4), 20_000)
    repository = Repository(cluster.urls[0], "team/app")
    repository.push(deleted, "1.0")
    repository.ask("DELETE", f"manifests/{deleted.digest}")
    assert int(redis.command("DBSIZE")) > 0
    job.start()
    assert job.codes() == (0, 0)
    assert job.results()[0]["deleted_blobs"] == "3"
    cluster.settle()
    # The cache of before knows the blobs that are gone: a client would not push them again.
    again = Repository(cluster.urls[0], "team/app")
    push_what_is_missing(again, deleted)
    assert again.lacks(deleted) == []
    assert int(redis.command("DBSIZE")) > 0


def test_every_pod_is_read_only_while_the_collector_runs(job: Job, cluster: StandInCluster) -> None:
    before = cluster.template
    start_slow_collector(job, cluster)
    assert cluster.labels["docker-registry/access"] == "read-only"
    assert [accepts_pushes(url) for url in cluster.urls] == [False, False]
    job.containers["read-only"].signal(signal.SIGTERM)
    job.containers["garbage-collection"].signal(signal.SIGTERM)
    assert job.codes() == (143, 137)
    assert_as_before(cluster, before)


def test_a_collector_that_fails_ends_the_job_and_pushes_work_again(job: Job, cluster: StandInCluster) -> None:
    before = cluster.template
    Repository(cluster.urls[0], "team/app").push(image(Random(2), 700), "1.0")
    for link in job.data.glob("docker/registry/v2/repositories/team/app/_manifests/revisions/sha256/*/link"):
        link.write_text("no digest")
    job.start()
    keeper, collector = job.codes()
    assert (keeper, collector != 0) == (3, True)
    assert_as_before(cluster, before)


def test_nothing_is_collected_if_a_pod_does_not_become_read_only(job: Job, cluster: StandInCluster) -> None:
    before, cluster.stands_still = cluster.template, True
    Repository(cluster.urls[0], "team/app").push(image(Random(3), 700), "1.0")
    job.start(FREEZE_SECONDS="3")
    assert job.codes() == (3, 1)
    assert job.results() == []
    assert_as_before(cluster, before)


def test_a_pod_that_accepts_pushes_ends_the_collector(job: Job, cluster: StandInCluster) -> None:
    before = cluster.template
    start_slow_collector(job, cluster)
    frozen, cluster.template = cluster.template, before
    cluster.start_pod()
    cluster.template = frozen
    assert job.codes() == (3, 137)
    assert job.results()[0]["exit"] == "137"
    cluster.settle()
    assert cluster.template == before


@pytest.mark.parametrize("name", NAMES)
def test_a_job_that_was_killed_is_completed_by_the_next_one(job: Job, cluster: StandInCluster, name: str) -> None:
    before = cluster.template
    start_slow_collector(job, cluster)
    if name == "read-only":
        job.kill()
    else:
        os.killpg(job.containers[name].process.pid, signal.SIGKILL)
        assert job.containers["read-only"].ended() == 3
        assert_as_before(cluster, before)
    shutil.rmtree(job.folder / "run")
    (job.folder / "programs" / "registry").unlink()
    (job.folder / "programs" / "registry").symlink_to(job.folder / "programs" / "real-registry")
    job.start()
    assert job.codes() == (0, 0)
    assert_as_before(cluster, before)


@pytest.mark.exhaustive
def test_an_api_server_that_does_not_answer_ends_the_collector_and_the_freeze_ends_later(
    job: Job, cluster: StandInCluster
) -> None:
    before = cluster.template
    start_slow_collector(job, cluster)
    cluster.is_broken = True
    assert job.containers["garbage-collection"].ended() == 137
    cluster.is_broken = False
    assert job.containers["read-only"].ended() == 3
    assert_as_before(cluster, before)


@pytest.mark.parametrize("answers", ["refuses", pytest.param("never", marks=pytest.mark.exhaustive)])
def test_the_job_ends_without_an_api_server(job: Job, answers: str) -> None:
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1] if answers == "never" else free_port()
        cluster = {"name": "c", "cluster": {"server": f"http://{HOST}:{port}"}}
        context = {"name": "c", "context": {"cluster": "c", "user": ""}}
        config = {"kind": "Config", "clusters": [cluster], "contexts": [context], "current-context": "c"}
        (job.folder / "kubeconfig").write_text(json.dumps(config))
        job.start(API_SECONDS="0")
        # Each of two requests that get no answer is ended after 20 seconds.
        assert job.containers["read-only"].process.wait(180) == 1
    assert job.containers["garbage-collection"].ended() == 1


def test_a_job_that_loses_the_api_server_ends_and_the_next_one_makes_the_pods_writable(
    job: Job, cluster: StandInCluster
) -> None:
    before = cluster.template
    start_slow_collector(job, cluster, API_SECONDS="1")
    cluster.is_broken = True
    assert job.codes() == (1, 137)
    assert cluster.template != before
    cluster.is_broken = False
    shutil.rmtree(job.folder / "run")
    (job.folder / "programs" / "real-registry").rename(job.folder / "programs" / "registry")
    job.start()
    assert job.codes() == (0, 0)
    assert_as_before(cluster, before)


def test_only_the_container_with_kubectl_has_a_token(job: Job) -> None:
    keeper, collector = job.pod["containers"]
    assert (keeper["name"], collector["name"]) == NAMES
    assert job.pod["automountServiceAccountToken"] is False
    assert "token" in [mount["name"] for mount in keeper["volumeMounts"]]
    assert "token" not in [mount["name"] for mount in collector["volumeMounts"]]


def test_the_service_sends_no_request_to_the_job(job: Job) -> None:
    (cron_job,) = job.rendered.find("CronJob", "docker-registry-collection")
    labels = cron_job["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert not job.rendered["Service"]["spec"]["selector"].items() <= labels.items()


def start_slow_collector(job: Job, cluster: StandInCluster, **environment: str) -> None:
    """Start the Job, with a collector that waits for ten minutes, and wait until it does."""
    Repository(cluster.urls[0], "team/app").push(image(Random(5), 700), "1.0")
    programs = job.folder / "programs"
    (programs / "registry").rename(programs / "real-registry")
    (programs / "registry").write_text(
        f"#!{job.path.partition(':')[0]}/sh\n"
        'if [ "$1" = garbage-collect ]; then echo collecting >&2; exec sleep 600; fi\n'
        f'exec {programs}/real-registry "$@"\n'
    )
    (programs / "registry").chmod(0o755)
    job.start(**environment)
    wait_for("the collector runs", lambda: "collecting" in job.containers["garbage-collection"].text)

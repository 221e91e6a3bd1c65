"""Garbage collection next to the only replica: the chart's scripts in busybox, and the real registry."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from tests.chart.collecting import (
    Client,
    CollectingPod,
    push_what_is_missing,
    running,
    wait_for,
    wait_until_each_pushed,
)
from tests.support.helm import CHART, Chart
from tests.support.listening import HOST, free_port
from tests.support.oci_content import image
from tests.support.oci_http import Repository
from tests.support.redis import Redis

DUE = CHART / "files" / "collection" / "due.sh"
Start = Callable[..., CollectingPod]


@pytest.fixture
def start(chart: Chart, applets: Path, tool: Callable[[str], Path], tmp_path: Path) -> Start:
    """The Pod that these values describe; `with start(...) as pod:` runs it."""

    def pod(**values: Any) -> CollectingPod:
        programs = tmp_path / "programs"
        programs.mkdir()
        (programs / "registry").symlink_to(tool("registry"))
        rendered = chart.render(garbageCollection={"enabled": True, **values.pop("garbageCollection", {})}, **values)
        return CollectingPod(rendered, tmp_path, f"{applets}:{programs}")

    return pod


def test_a_deleted_image_is_gone_afterwards_and_the_others_are_whole(start: Start) -> None:
    random = Random(1)
    kept, deleted = image(random, 5_000), image(random, 70_000)
    with start(deletion={"enabled": True}) as pod:
        repository = Repository(pod.url, "team/app")
        repository.push(kept, "kept")
        repository.push(deleted, "deleted")
        repository.ask("DELETE", f"manifests/{deleted.digest}")
        before = pod.size()
        result = pod.collect()
        assert (result["exit"], result["deleted_blobs"], result["kept_blobs"]) == ("0", "3", "3")
        assert pod.size() < before - 70_000
        assert repository.lacks(kept) == []
        # The cache of before knows the blobs that are gone: a client would not push them again.
        push_what_is_missing(repository, deleted)
        assert repository.lacks(deleted) == []


def test_a_cache_in_redis_forgets_what_is_deleted(start: Start, redis: Redis) -> None:
    deleted = image(Random(9), 20_000)
    cache = {"type": "redis", "redis": {"addrs": [redis.address]}}
    with start(deletion={"enabled": True}, cache=cache) as pod:
        repository = Repository(pod.url, "team/app")
        repository.push(deleted, "deleted")
        repository.ask("DELETE", f"manifests/{deleted.digest}")
        assert pod.collect()["deleted_blobs"] == "3"
        push_what_is_missing(repository, deleted)
        assert repository.lacks(deleted) == []


@pytest.mark.exhaustive
def test_nothing_is_deleted_if_the_cache_cannot_be_emptied(start: Start) -> None:
    with start(cache={"type": "redis", "redis": {"addrs": [f"{HOST}:{free_port()}"]}}) as pod:
        Repository(pod.url, "team/app").push(image(Random(10), 700))
        before = pod.size()
        result = pod.collect()
        assert (result["exit"], "cannot be emptied" in result["reason"]) == ("1", True)
        assert pod.size() == before


def test_untagged_images_are_deleted_if_that_is_set(start: Start) -> None:
    random = Random(2)
    first, second = image(random, 700), image(random, 700)
    with start(garbageCollection={"deleteUntagged": True}) as pod:
        repository = Repository(pod.url, "team/app")
        for content in (first, second):
            repository.push(content, "latest")
        assert pod.collect()["deleted_manifests"] == "1"
        assert repository.manifest(first.digest) is None
        assert repository.lacks(second) == []


def test_an_empty_volume_is_no_failure(start: Start) -> None:
    with start() as pod:
        result = pod.collect()
        assert (result["exit"], result["deleted_blobs"]) == ("0", "0")


def test_a_collector_that_fails_is_reported_and_pushes_work_again(start: Start) -> None:
    with start() as pod:
        Repository(pod.url, "team/app").push(image(Random(3), 700), "1.0")
        (pod.data / "docker/registry/v2/repositories/team/app/_manifests/tags/1.0/current/link").write_text("no digest")
        revisions = pod.data / "docker/registry/v2/repositories/team/app/_manifests/revisions"
        for link in revisions.glob("sha256/*/link"):
            link.write_text("no digest")
        assert pod.collect()["exit"] != "0"


def test_every_image_that_was_accepted_while_garbage_is_collected_can_be_pulled(start: Start) -> None:
    shared = image(Random(4), 20_000)
    with start(deletion={"enabled": True}) as pod:
        Repository(pod.url, "shared").push(shared, "1.0")
        clients = [Client(lambda: [pod.url], number, shared) for number in range(4)]
        with running(clients):
            for _ in range(3):
                wait_until_each_pushed(clients)
                assert pod.collect()["exit"] == "0"
            wait_until_each_pushed(clients)
        assert [client.broken() for client in clients] == [[], [], [], []]
        assert Repository(pod.url, "shared").lacks(shared) == []
        assert sum(int(result["deleted_blobs"]) for result in pod.results()) > 0


@pytest.mark.parametrize("state", ["serving", "collecting"])
def test_sigterm_ends_both_containers_well(start: Start, state: str) -> None:
    with start() as pod:
        Repository(pod.url, "team/app").push(image(Random(5), 700), "1.0")
        if state == "collecting":
            freeze(pod)
        for container in (pod.collector, pod.registry):
            container.signal(signal.SIGTERM)
            container.signal(signal.SIGCONT)
        assert (pod.collector.ended(), pod.registry.ended()) == (0, 0)


def test_sigterm_lets_a_running_upload_end(start: Start) -> None:
    layer = image(Random(6), 400_000).parts[1]
    with start() as pod:
        repository = Repository(pod.url, "team/app")
        place = repository.ask("POST", "blobs/uploads/").headers["Location"]
        (upload,) = pod.data.glob("docker/registry/v2/repositories/team/app/_uploads/*")

        def slowly() -> Iterator[bytes]:
            yield layer.content[:200_000]
            wait_for("some of it has arrived", lambda: (upload / "data").stat().st_size > 0)
            pod.registry.signal(signal.SIGTERM)
            wait_for("it accepts no connection", lambda: not pod.serves())
            yield layer.content[200_000:]

        address = f"{place}&digest={layer.digest}"
        assert repository.ask("PUT", address, data=slowly()).status_code == requests.codes.created
        assert pod.registry.ended() == 0


@pytest.mark.parametrize("state", ["serving", "collecting"])
def test_a_server_that_is_killed_ends_its_container_and_the_next_one_is_in_the_same_state(
    start: Start, state: str
) -> None:
    with start() as pod:
        Repository(pod.url, "team/app").push(image(Random(7), 700), "1.0")
        if state == "collecting":
            freeze(pod)
        os.kill(pod.registry.child("serve"), signal.SIGKILL)
        assert pod.registry.ended() == 137
        pod.start("registry")
        wait_for("it serves again", pod.serves)
        assert pod.accepts_pushes() is (state == "serving")


def test_a_collector_that_is_killed_leaves_no_registry_read_only(start: Start) -> None:
    with start() as pod:
        Repository(pod.url, "team/app").push(image(Random(8), 700), "1.0")
        freeze(pod)
        os.killpg(pod.collector.process.pid, signal.SIGKILL)
        pod.collector.ended()
        assert not pod.accepts_pushes()
        pod.start("garbage-collection")
        wait_for("it accepts pushes", pod.accepts_pushes)
        assert pod.collect()["exit"] == "0"


def test_nothing_is_collected_before_the_server_that_accepts_pushes_has_ended(start: Start) -> None:
    with start() as pod:
        (pod.folder / "run" / "read-only").write_text("12345\n")
        os.kill(pod.registry.process.pid, signal.SIGSTOP)
        pod.collector.signal(signal.SIGUSR1)
        wait_for("the collector requests it", (pod.folder / "run" / "request").exists)
        with pytest.raises(AssertionError):
            pod.collector.child("garbage-collect")
        assert pod.accepts_pushes()
        os.kill(pod.registry.process.pid, signal.SIGCONT)
        wait_for("a collection has ended", pod.results)


def test_a_schedule_that_names_this_minute_and_the_next_ones_starts_a_collection(start: Start) -> None:
    with start(garbageCollection={"schedule": "* * * * *"}) as pod:
        wait_for("a collection has ended", pod.results)


def test_a_schedule_of_another_time_starts_none(start: Start) -> None:
    other = datetime.now(UTC) + timedelta(hours=12)
    with start(garbageCollection={"schedule": f"* {other.hour} * * *"}) as pod:
        assert pod.collect()["exit"] == "0"
        assert len(pod.results()) == 1


@pytest.mark.parametrize(
    ("schedule", "time", "is_due"),
    [
        ("30 3 * * *", "2026-11-26T03:30", True),
        ("30 3 * * *", "2026-11-26T03:31", False),
        ("08 09 * * *", "2026-11-26T09:08", True),
        ("*/15 * * * *", "2026-11-26T09:45", True),
        ("*/15 * * * *", "2026-11-26T09:50", False),
        ("0 0-6/3,22 * * *", "2026-11-26T06:00", True),
        ("0 0-6/3,22 * * *", "2026-11-26T22:00", True),
        ("0 0-6/3,22 * * *", "2026-11-26T05:00", False),
        ("0 0 */2 * *", "2026-11-01T00:00", True),
        ("0 0 */2 * *", "2026-11-02T00:00", False),
        ("0 0 * */5 *", "2026-06-02T00:00", True),
        ("0 0 * * 0", "2026-11-29T00:00", True),
        ("0 0 * * 1-5", "2026-11-29T00:00", False),
        ("0 0 13 * 5", "2026-11-27T00:00", True),
        ("0 0 13 * 5", "2026-11-13T00:00", True),
        ("0 0 13 * 5", "2026-12-13T00:00", True),
        ("0 0 13 * 5", "2026-11-26T00:00", False),
        ("0 0 */2 * 5", "2026-11-27T00:00", True),
        ("0 0 */1 * 5", "2026-11-26T00:00", False),
        ("0 0 13 * *", "2026-11-27T00:00", False),
    ],
)
def test_a_schedule_names_the_minutes_that_a_cron_job_would_run_in(
    applets: Path, schedule: str, time: str, is_due: bool
) -> None:
    words = datetime.fromisoformat(time).strftime("%M %H %d %m %w").split()
    done = subprocess.run([applets / "sh", DUE, schedule, *words], env={"PATH": str(applets)}, capture_output=True)
    assert (done.returncode == 0, done.stderr) == (is_due, b"")


def freeze(pod: CollectingPod) -> None:
    """Let the Pod collect, and stop the collector's script in the middle of it."""
    pod.collector.signal(signal.SIGUSR1)
    wait_for("the collector requests it", (pod.folder / "run" / "request").exists)
    pod.collector.signal(signal.SIGSTOP)
    wait_for("it serves read-only", lambda: (pod.folder / "run" / "read-only").exists() and pod.serves())
    assert not pod.accepts_pushes()

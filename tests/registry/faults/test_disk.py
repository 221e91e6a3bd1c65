"""Disks that are full, have no inodes, cannot be written, hang, or are gone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from tests.registry.faults.exercise import Exercise
from tests.support.disk import Disk
from tests.support.injection import Injection
from tests.support.load import Connection
from tests.support.mortal import MortalRegistry

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]

SECONDS_TO_NOTICE = 60


@pytest.fixture
def disk() -> Iterator[Disk]:
    with Disk("-t", "tmpfs", "-o", "size=16m,nr_inodes=1000", "none") as disk:
        yield disk


@pytest.fixture
def registry(disk: Disk) -> Iterator[MortalRegistry]:
    with MortalRegistry(disk.folder / "root", "--access-log", "off", under=disk.under) as registry:
        yield registry


@pytest.fixture
def exercise(disk: Disk, registry: MortalRegistry) -> Exercise:
    exercise = Exercise(registry.url, "app", disk.seen / "root")
    exercise.prepare()
    assert health(registry) == (200, None)
    return exercise


def health(registry: MortalRegistry) -> tuple[int, str | None]:
    connection = Connection(registry.url)
    answer = connection.ask("GET", "/healthz")
    connection.close()
    return answer.status, json.loads(answer.body).get("reason")


def turns(registry: MortalRegistry, status: int) -> str | None:
    """Wait until `/healthz` has this status, and return its reason."""
    deadline = time.monotonic() + SECONDS_TO_NOTICE
    while (found := health(registry))[0] != status:
        assert time.monotonic() < deadline, f"/healthz still says {found}"
        time.sleep(0.05)
    return found[1]


def until_full(step: Callable[[], object]) -> None:
    """Repeat a step until the disk has no room for it."""
    with suppress(OSError):
        while True:
            step()


def ping(registry: MortalRegistry) -> int:
    connection = Connection(registry.url)
    status = connection.ask("GET", "/v2/").status
    connection.close()
    return status


def test_a_full_disk_is_told_as_one_and_serves_what_it_has(
    disk: Disk, registry: MortalRegistry, exercise: Exercise
) -> None:
    ballast = disk.seen / "ballast"
    with ballast.open("wb", buffering=0) as file:
        until_full(lambda: file.write(bytes(4096)))
    reason = turns(registry, 503)
    assert reason
    assert "full" in reason
    assert ping(registry) == 200, "what is there can be pulled"
    exercise.steps()
    assert exercise.statuses == {507}
    ballast.unlink()
    turns(registry, 200)
    exercise.check()


def test_a_disk_without_inodes_is_full_too(disk: Disk, registry: MortalRegistry, exercise: Exercise) -> None:
    many = disk.seen / "many"
    many.mkdir()
    numbers = count()
    until_full(lambda: (many / str(next(numbers))).touch())
    assert "full" in (turns(registry, 503) or "")
    exercise.steps()
    assert exercise.statuses == {507}
    for path in many.iterdir():
        path.unlink()
    turns(registry, 200)
    exercise.check()


def test_a_disk_that_became_read_only_serves_what_it_has(
    disk: Disk, registry: MortalRegistry, exercise: Exercise
) -> None:
    disk.run("mount", "-o", "remount,ro", str(disk.folder))
    assert "changes" in (turns(registry, 503) or "")
    assert ping(registry) == 200
    exercise.steps()
    assert exercise.statuses == {503}
    disk.run("mount", "-o", "remount,rw", str(disk.folder))
    turns(registry, 200)
    exercise.check()


def test_a_root_that_is_gone_is_no_empty_registry(disk: Disk, registry: MortalRegistry, exercise: Exercise) -> None:
    (disk.seen / "root").rename(disk.seen / "elsewhere")
    assert "gone" in (turns(registry, 503) or "")
    assert ping(registry) == 503
    exercise.steps()
    assert exercise.statuses == {503}, "nobody is told 404 for what cannot be looked for"
    (disk.seen / "elsewhere").rename(disk.seen / "root")
    turns(registry, 200)
    assert ping(registry) == 200
    exercise.check()


def test_a_disk_under_another_one_is_gone(disk: Disk, registry: MortalRegistry, exercise: Exercise) -> None:
    disk.run("mount", "-t", "tmpfs", "none", str(disk.folder / "root"))
    assert "gone" in (turns(registry, 503) or "")
    exercise.steps()
    assert exercise.statuses == {503}
    disk.run("umount", str(disk.folder / "root"))
    turns(registry, 200)
    exercise.check()


@pytest.mark.parametrize("calls", ["openat,newfstatat,getdents64", "fsync,fdatasync"])
def test_a_dead_disk_shows_within_seconds_and_so_does_its_recovery(
    registry: MortalRegistry, exercise: Exercise, tmp_path: Path, calls: str
) -> None:
    with Injection(registry.pid, calls, "error=EIO", tmp_path / "strace"):
        assert turns(registry, 503)
        exercise.steps()
        assert exercise.statuses <= {500, 503}
    turns(registry, 200)
    exercise.check()


def test_a_disk_that_hangs_does_not_hang_the_health(
    registry: MortalRegistry, exercise: Exercise, tmp_path: Path
) -> None:
    with Injection(registry.pid, "fsync,fdatasync,syncfs", "delay_enter=12s", tmp_path / "strace"):
        began = time.monotonic()
        assert "does not answer" in (turns(registry, 503) or "")
        assert time.monotonic() - began < 10
        assert ping(registry) == 200
    turns(registry, 200)
    exercise.check()

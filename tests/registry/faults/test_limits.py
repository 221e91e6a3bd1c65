"""A process that has no file descriptors left."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import pytest

from tests.registry.faults.exercise import Exercise
from tests.support.load import Connection
from tests.support.mortal import MortalRegistry

pytestmark = pytest.mark.tools


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 (a folder that changes while it is read)


def test_without_descriptors_requests_are_refused_and_then_served_again(tmp_path: Path) -> None:
    root = tmp_path / "root"
    with MortalRegistry(root, "--access-log", "off") as registry:
        before = resource.prlimit(registry.pid, resource.RLIMIT_NOFILE)
        refused = []
        for spare in range(4):
            exercise = Exercise(registry.url, f"spare{spare}", root)
            exercise.prepare()
            resource.prlimit(registry.pid, resource.RLIMIT_NOFILE, (descriptors(registry.pid) + spare, before[1]))
            exercise.steps()
            resource.prlimit(registry.pid, resource.RLIMIT_NOFILE, before)
            assert exercise.statuses <= {503}
            refused.append(len(exercise.refused))
            exercise.check()
        assert refused[0] > 5
        assert refused[0] > refused[-1]


def test_clients_that_cannot_be_let_in_wait_or_are_refused_and_do_not_busy_the_server(tmp_path: Path) -> None:
    with MortalRegistry(tmp_path / "root", "--access-log", "off") as registry:
        first = Connection(registry.url)
        assert first.ask("GET", "/v2/").status == 200
        before = resource.prlimit(registry.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(registry.pid, resource.RLIMIT_NOFILE, (descriptors(registry.pid), before[1]))
        others = [Connection(registry.url) for _ in range(5)]
        for other in others:
            other.connect()
        used = cpu_seconds(registry.pid)
        time.sleep(1)
        assert cpu_seconds(registry.pid) - used < 0.3, "it tries to let them in all the time"
        assert first.ask("GET", "/v2/").status == 200
        resource.prlimit(registry.pid, resource.RLIMIT_NOFILE, before)
        last = Connection(registry.url)
        assert last.ask("GET", "/v2/").status == 200
        for connection in (first, last, *others):
            connection.close()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""`make bench-smoke`: what `smoke` costs where each request checks a password.

The registry is the real one with htpasswd, bcrypt at cost 10, held to as much CPU as the chart gives it by default. As
root, since only root may make control groups.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import bcrypt

from registry_gitops.smoke import CHECKS, Level, Options, checks_for_level, connect, run_checks
from tests.smoke.servers.fleet import CONFIG, LOGIN, PASSWORD, USER
from tests.support.registry import RealRegistry
from tests.support.tools import tool

COST: Final = 10
"""The cost of bcrypt that `htpasswd` uses by default."""
LIMIT: Final = 0.5
"""CPUs: the chart's `resources.limits.cpu` of 500m."""
PERIOD: Final = 100_000
"""Microseconds of one period of a quota: what the kubelet sets."""
VERSION_1: Final = Path("/sys/fs/cgroup/cpu")
VERSION_2: Final = Path("/sys/fs/cgroup")
LAYER_SIZE: Final = 8 * 1024 * 1024


@contextmanager
def cpu_limit(cpus: float) -> Iterator[Path]:
    """Make a control group with this limit, and yield the file that takes the ids of its processes."""
    has_version_2 = (VERSION_2 / "cgroup.controllers").exists()
    group = (VERSION_2 if has_version_2 else VERSION_1) / f"registry-gitops-bench-{os.getpid()}"
    group.mkdir()
    try:
        if has_version_2:
            (group / "cpu.max").write_text(f"{int(cpus * PERIOD)} {PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(int(cpus * PERIOD)))
        yield group / "cgroup.procs"
    finally:
        group.rmdir()


@contextmanager
def registry(folder: Path, cpus: float | None, *, login: bool) -> Iterator[str]:
    """Run the real registry with at most this number of CPUs, and yield its URL."""
    config = CONFIG + LOGIN if login else CONFIG
    users = f"{USER}:{bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(COST)).decode()}\n" if login else ""
    with ExitStack() as stack:
        program = tool("registry")
        if cpus is not None:
            # The program enters the group before it starts, because Go asks for its CPUs only then.
            processes = stack.enter_context(cpu_limit(cpus))
            script = folder / "limited"
            script.write_text(f'#!/bin/sh\necho $$ > {processes}\nexec {program} "$@"\n', encoding="utf-8")
            script.chmod(0o755)
            program = script
        yield stack.enter_context(RealRegistry(program, config, htpasswd=users, data=folder / "data")).url


def measure(level: Level, cpus: float | None, *, login: bool) -> str:
    """Run the checks of a level once, and return the row of the table."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as place, registry(Path(place), cpus, login=login) as url:
        user, password = (USER, PASSWORD) if login else (None, None)
        with connect(url, username=user, password=password, timeout=120) as client:
            started = time.perf_counter()
            report = run_checks(client, checks_for_level(CHECKS, level), options=Options(layer_size=LAYER_SIZE))
            seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    failed = ", ".join(finding.id for finding in report.findings) or "none"
    limit = "no limit" if cpus is None else f"{cpus * 1000:.0f}m"
    row = (
        level,
        "htpasswd" if login else "no login",
        limit,
        client.traffic.count,
        f"{seconds:.1f}",
        f"{cpu:.1f}",
        failed,
    )
    return f"| {' | '.join(map(str, row))} | {' '.join(report.notes)} |"


def main() -> None:
    """Print the table, in Markdown."""
    print("| level | login | CPU | requests | s | CPU s of the registry | failed | notes |")
    print("|---|---|---|---|---|---|---|---|")
    for login, cpus in ((False, None), (False, LIMIT), (True, None), (True, LIMIT)):
        print(measure(Level.SMOKE, cpus, login=login), flush=True)


if __name__ == "__main__":
    main()

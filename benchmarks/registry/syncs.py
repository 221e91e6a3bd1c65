"""What a server syncs to disk before it says that it has stored something: its system calls, counted by strace."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.registry.driver import Load, put
from benchmarks.registry.results import Syncs
from benchmarks.registry.rounds import progress
from benchmarks.registry.servers import BIN, Running

CALLS = "fsync,fdatasync,sync_file_range,syncfs,sync,msync"
ITEMS = 10
SECONDS_TO_ATTACH = 5


def syncs(server: Running, log: Path) -> Syncs:
    """Count for one server; strace writes into `log`."""
    blob = _counted(Load("push", items=ITEMS, size=10**6, name="syncs", repositories=1), server, log)
    manifest = _counted(Load("manifest-put", items=ITEMS, name="syncs", repositories=1), server, log)
    progress(f"syncs: {server.name}: blob {blob}, manifest {manifest}")
    return Syncs(server.name, blob, manifest)


def _counted(load: Load, server: Running, log: Path) -> dict[str, float] | None:
    # The first run makes the repository, so that what is counted is one blob or manifest more.
    put(replace(load, set="first"), server)
    with _traced(server.pid, log) as attached:
        put(replace(load, set="second"), server)
    if not attached:
        return None
    calls = Counter(re.findall(rf"\b({CALLS.replace(',', '|')})\(", log.read_text(encoding="utf-8", errors="replace")))
    return {name: count / ITEMS for name, count in calls.items()}


@contextmanager
def _traced(pid: int, log: Path) -> Iterator[bool]:
    """Trace a process, and say whether that is possible here: strace may be missing, and containers may forbid it."""
    program = shutil.which(str(BIN / "strace")) or shutil.which("strace")
    if program is None:
        yield False
        return
    command = [program, "-f", "-qq", "-e", f"trace={CALLS}", "-o", str(log), "-p", str(pid)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield _attached(process, pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _attached(strace: subprocess.Popen[bytes], pid: int) -> bool:
    deadline = time.monotonic() + SECONDS_TO_ATTACH
    while time.monotonic() < deadline and strace.poll() is None:
        threads = [thread.read_text() for thread in Path(f"/proc/{pid}/task").glob("*/status")]
        if all(f"TracerPid:\t{strace.pid}\n" in status for status in threads):
            return True
        time.sleep(0.01)
    return False

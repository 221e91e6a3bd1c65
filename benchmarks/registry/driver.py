"""The load driver, tools/go/regbench, as a function from a load and a running server to what was measured."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from benchmarks.registry.servers import BIN, Running

SECONDS = 900
"""After which a load is given up."""


class Failure(Exception):
    """The server did not do what the load asks for; the message is the driver's."""


@dataclass(frozen=True)
class Load:
    """What is put on a server; the fields are the driver's options, see tools/go/regbench/main.go."""

    load: str
    connections: int = 1
    items: int = 100
    seconds: float = 2.0
    size: int = 1000
    name: str = "bench"
    set: str = "set"
    repositories: int = 16


@dataclass(frozen=True)
class Sample:
    """What one run of the driver measured; the fields are those of its JSON."""

    operations: int
    seconds: float
    p50: float
    p99: float
    bytes: int
    cpu: float
    client_cpu: float
    peak: int
    written: int

    @property
    def speed(self) -> float:
        """Bytes per second where there are bodies of blobs, else operations per second."""
        return (self.bytes or self.operations) / self.seconds

    @property
    def cpu_of_one(self) -> float:
        """Seconds that the server computed for one operation."""
        return self.cpu / self.operations


def put(load: Load, server: Running) -> Sample:
    """Run the driver once. Raises Failure."""
    options: dict[str, Any] = vars(load) | {"seconds": f"{load.seconds}s", "url": server.url, "pid": server.pid}
    command = [str(BIN / "regbench"), *(f"-{name}={value}" for name, value in options.items())]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Failure(f"not done after {SECONDS} s") from None
    if done.returncode == 1:
        raise Failure(done.stderr.removeprefix("regbench: ").strip())
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr}")
    return Sample(**json.loads(done.stdout))

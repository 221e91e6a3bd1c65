"""The registries that are measured, each a program that serves one folder on a port of loopback."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.build import pinned

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".tools" / "bin"
HOST = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 20


class Broken(Exception):
    """A server did not start, or ended by itself."""


@dataclass(frozen=True)
class Server:
    """A registry that can be started."""

    name: str
    command: Callable[[Path, int], list[str | Path]]
    """The program and its arguments, from a folder of its own (which is there) and a port."""


@dataclass(frozen=True)
class Running:
    """A registry that answers."""

    name: str
    url: str
    pid: int
    seconds: float
    """From the start of the process to its first good answer."""


def _ours(folder: Path, port: int) -> list[str | Path]:
    return [
        sys.executable,
        "-m",
        "registry_gitops",
        "serve",
        folder / "data",
        "--address",
        f"{HOST}:{port}",
        "--access-log",
        "off",
    ]


def _distribution(folder: Path, port: int) -> list[str | Path]:
    # The cache is that of the configuration in its image.
    config = f"""\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: "{folder / "data"}"}}
  delete: {{enabled: true}}
  cache: {{blobdescriptor: inmemory}}
http: {{addr: "{HOST}:{port}", secret: of-a-benchmark}}
"""
    path = folder / "config.yml"
    path.write_text(config, encoding="utf-8")
    return [BIN / "registry", "serve", path]


def _olareg(folder: Path, port: int) -> list[str | Path]:
    return [BIN / "olareg", "serve", "--addr", HOST, "--port", str(port), "--dir", folder / "data"]


OURS = Server("registry-gitops", _ours)
DISTRIBUTION = Server(f"registry {pinned('distribution', 'github.com/distribution/distribution/v3')}", _distribution)
OLAREG = Server(f"olareg {pinned('light', 'github.com/olareg/olareg')}", _olareg)
SERVERS = (OURS, DISTRIBUTION, OLAREG)


@contextmanager
def running(server: Server, folder: Path) -> Iterator[Running]:
    """Start a server on what is in `folder`, as it is by default but for a log of its answers, and end it afterwards.

    Raises Broken, also when the server has ended by itself before the block does.
    """
    (folder / "data").mkdir(parents=True, exist_ok=True)
    port = _free_port()
    # Without the variable, distribution looks for a collector of traces on this machine, again and again.
    environment = os.environ | {"OTEL_TRACES_EXPORTER": "none"}
    log = folder / "log"
    command = server.command(folder, port)
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        if not _answers(process, port):
            raise Broken(f"{server.name} did not start; its log ends with:\n{_end(log)}")
        yield Running(server.name, f"http://{HOST}:{port}", process.pid, time.perf_counter() - start)
        if process.poll() is not None:
            raise Broken(f"{server.name} has ended by itself; its log ends with:\n{_end(log)}")
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection(HOST, port, timeout=SECONDS_TO_START)
        try:
            connection.request("GET", "/v2/")
            if connection.getresponse().status == http.client.OK:
                return True
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.001)
    return False


def _end(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

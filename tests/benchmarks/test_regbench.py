"""The load driver says what a registry really did, and refuses what it did not do."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.registry.driver import Failure, Load, put
from benchmarks.registry.servers import DISTRIBUTION, Broken, Running, running
from tests.support.tools import ROOT, tool

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def registry(folder: Path) -> Iterator[Running]:
    with running(DISTRIBUTION, folder) as server:
        yield server


class Odd(BaseHTTPRequestHandler):
    """What no real registry does here: it gives a list of three in pages, and less of a blob than it has said."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()

    def do_GET(self) -> None:
        number = int(self.path.rpartition("=")[2]) if "last=" in self.path else 0
        body = json.dumps({"repositories": [f"bench/r{number}"]}) if "_catalog" in self.path else "too short"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if number < 2:
            self.send_header("Link", f'</v2/_catalog?n=1&last={number + 1}>; rel="next"')
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def odd() -> Iterator[Running]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Odd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Running("odd", f"http://127.0.0.1:{server.server_port}", os.getpid(), 0)
        server.shutdown()


def only_blob(folder: Path, size: int) -> Path:
    (found,) = (path for path in folder.rglob("data") if path.is_file() and path.stat().st_size == size)
    return found


QUICK = Load("", connections=3, items=6, seconds=0.1, repositories=2)
LOADS = {
    "ping": QUICK,
    "manifest-put": replace(QUICK, name="put"),
    "manifest-get": QUICK,
    "manifest-head": QUICK,
    "tag-put": replace(QUICK, set="tagged"),
    "blob-head": QUICK,
    "push": replace(QUICK, size=100_000),
    "pull": replace(QUICK, size=100_000, items=7),
    "catalog": replace(QUICK, name="put", items=2),
    "catalog-page": replace(QUICK, name="put", items=2),
    "tags": replace(QUICK, name="put", items=3),
}


def test_every_load_is_tried_here() -> None:
    usage = subprocess.run([tool("regbench"), "-help"], capture_output=True, text=True).stderr
    (listed,) = re.findall(r"one of: (.*)", usage)
    assert set(listed.split(", ")) == set(LOADS)


@pytest.mark.parametrize("name", LOADS)
def test_a_load_measures_what_a_real_registry_does(name: str, registry: Running) -> None:
    load = replace(LOADS[name], load=name)
    if load.name == "put" and name != "manifest-put":
        put(replace(LOADS["manifest-put"], load="manifest-put"), registry)
    sample = put(load, registry)
    if name.endswith(("put", "push")):
        assert sample.operations == load.items
    else:  # As many as the time allows, but at least one by each connection.
        assert sample.operations >= load.connections
    assert sample.bytes == (sample.operations * load.size if name in ("push", "pull") else 0)
    assert 0 < sample.p50 <= sample.p99 <= sample.seconds
    assert sample.peak > 10_000_000
    assert sample.client_cpu > 0


@pytest.mark.parametrize("load", [LOADS["catalog"], LOADS["tags"]], ids=["catalog", "tags"])
def test_a_list_that_lacks_a_name_is_refused(load: Load, registry: Running) -> None:
    put(replace(LOADS["manifest-put"], load="manifest-put"), registry)
    name = "catalog" if load is LOADS["catalog"] else "tags"
    with pytest.raises(Failure, match=f"{load.items} names begin with .* where {load.items + 1} are stored"):
        put(replace(load, load=name, items=load.items + 1), registry)


def test_a_list_in_pages_is_walked_to_its_end(odd: Running) -> None:
    assert put(replace(LOADS["catalog"], load="catalog", name="bench", items=3), odd).operations > 1


def test_a_blob_that_is_shorter_than_the_registry_has_said_is_refused(odd: Running) -> None:
    with pytest.raises(Failure, match="GET .*: 9 bytes where 1000 were pushed"):
        put(replace(QUICK, load="pull"), odd)


def test_a_blob_with_other_bytes_than_were_pushed_is_refused(registry: Running, folder: Path) -> None:
    load = replace(QUICK, items=1, name="rotten", set="rotten", size=12_345)
    put(replace(load, load="push"), registry)
    blob = only_blob(folder, 12_345)
    blob.write_bytes(blob.read_bytes()[:-1] + b"!")
    with pytest.raises(Failure, match="pulled sha256:.* and got sha256:"):
        put(replace(load, load="pull"), registry)


def test_a_blob_that_is_shorter_than_what_was_pushed_is_refused(registry: Running, folder: Path) -> None:
    load = replace(QUICK, items=1, name="short", set="short", size=23_456)
    put(replace(load, load="push"), registry)
    os.truncate(only_blob(folder, 23_456), 23_455)
    with pytest.raises(Failure, match="GET .*: unexpected EOF"):
        put(replace(load, load="pull"), registry)


def test_a_registry_that_refuses_is_quoted(registry: Running) -> None:
    with pytest.raises(Failure, match=r"^POST /v2/a\.\.b/r0000[01]/blobs/uploads/: 404 where 202 was wanted: 404 page"):
        put(replace(QUICK, load="push", name="a..b"), registry)


@pytest.mark.parametrize("url", ["http://192.0.2.1:5000", "http://example.com", "nonsense", ""])
def test_only_a_registry_on_loopback_is_loaded(url: str) -> None:
    done = subprocess.run([tool("regbench"), "-load=ping", f"-url={url}"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not an address on loopback" in done.stderr


def test_a_server_that_ends_by_itself_is_no_result(tmp_path: Path) -> None:
    def ended(server: Running) -> None:
        os.kill(server.pid, signal.SIGKILL)
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)

    with pytest.raises(Broken, match="ended by itself"), running(DISTRIBUTION, tmp_path) as server:
        ended(server)


def test_a_server_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    broken = replace(DISTRIBUTION, command=lambda folder, port: [tool("registry"), "serve", ROOT / "nowhere"])
    with pytest.raises(Broken, match=r"did not start; its log ends with:\n.*nowhere"), running(broken, tmp_path):
        pass

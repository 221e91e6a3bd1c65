"""`serve` and `gc` as processes: what is printed, when they end, and with what exit code."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.registry.api.basic_auth import basic, line
from tests.support.certificate import make_certificate

from .running import process, program

pytestmark = pytest.mark.tools

CONTENT = b"content"
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
PUSH = f"/v2/app/blobs/uploads/?digest={DIGEST}"


class Serving:
    """A `registry-gitops serve` that has said where it is."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self.running = running
        assert running.stdout is not None
        self.url = running.stdout.readline().removesuffix("\n")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        self.running.send_signal(number)
        out, err = self.running.communicate(timeout=120)
        return self.running.returncode, out, err


@contextmanager
def serving(folder: Path, *arguments: str | Path) -> Iterator[Serving]:
    command = program("serve", "--address", "127.0.0.1:0", *arguments)
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as running:
        try:
            yield Serving(running)
        finally:
            running.kill()


def unfinished(port: int) -> socket.socket:
    """A push of which the last byte is still to come, and that the registry has begun to take."""
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(CONTENT)}\r\nExpect: 100-continue\r\n\r\n"
    client.sendall(head.encode())
    assert client.recv(100).startswith(b"HTTP/1.1 100 ")
    client.sendall(CONTENT[:-1])
    return client


def test_it_says_where_it_is_in_one_line_and_answers(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", served.url)
        assert served.ask("GET", "/v2/")[0] == 200
        assert served.end()[:2] == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_pushed_is_there_after_it_was_told_to_end(tmp_path: Path, number: int) -> None:
    with serving(tmp_path, "data", "--create") as served:
        assert served.ask("POST", PUSH, CONTENT)[0] == 201
        assert served.end(number)[0] == 0
    with serving(tmp_path, "data", "--read-only") as served:
        assert served.ask("GET", f"/v2/app/blobs/{DIGEST}") == (200, CONTENT)
        assert served.ask("POST", PUSH, CONTENT)[0] == 405


def test_a_request_that_runs_is_answered_before_it_ends(tmp_path: Path) -> None:
    with serving(tmp_path, "data", "--create") as served:
        client = unfinished(served.port)
        served.running.terminate()
        time.sleep(0.3)
        assert served.running.poll() is None
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", served.port))
        client.sendall(CONTENT[-1:])
        assert client.recv(1000).startswith(b"HTTP/1.1 201 ")
        client.close()
        assert served.running.wait(60) == 0


def test_a_connection_on_which_nothing_runs_holds_nothing_up(tmp_path: Path) -> None:
    with serving(tmp_path) as served, socket.create_connection(("127.0.0.1", served.port)) as client:
        client.sendall(b"GET /v2/ HT")
        started = time.monotonic()
        assert served.end()[0] == 0
        assert time.monotonic() - started < 20


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(tmp_path: Path, number: int) -> None:
    with serving(tmp_path) as served, unfinished(served.port):
        served.running.terminate()
        time.sleep(0.3)
        assert served.running.poll() is None
        assert served.end(number)[0] == -number


def test_serve_ends_on_a_signal_that_does_not_wake_its_main_thread(tmp_path: Path) -> None:
    code = (
        "import signal, sys, threading; from registry_gitops.cli import main\n"
        "from registry_gitops.registry import ReferenceRegistry; serve = ReferenceRegistry.serve\n"
        "def end(): signal.pthread_kill(threading.get_ident(), signal.SIGTERM)\n"
        "ReferenceRegistry.serve = lambda self: (threading.Timer(0.5, end).start(), serve(self))\n"
        "sys.exit(main(['serve', '--address', '127.0.0.1:0']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")


def test_users_log_in_over_tls(tmp_path: Path) -> None:
    import ssl

    made = make_certificate(tmp_path)
    (tmp_path / "users").write_text(line("alice", "hunter2"))
    options = ("--tls-cert", made.certificate, "--tls-key", made.key, "--htpasswd", "users", "--anonymous-pull")
    with serving(tmp_path, *options) as served:
        assert served.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=made.certificate)
        connection = http.client.HTTPSConnection("127.0.0.1", served.port, timeout=60, context=context)
        for headers, status in (({}, 401), ({"Authorization": basic("alice", "hunter2")}, 201)):
            connection.request("POST", PUSH, CONTENT, headers)
            response = connection.getresponse()
            assert (response.status, bool(response.read())) == (status, status == 401)
        connection.request("GET", f"/v2/app/blobs/{DIGEST}")
        assert connection.getresponse().read() == CONTENT
        connection.close()
        assert served.end()[0] == 0


def test_the_log_is_a_line_a_request_with_the_user_and_without_the_password(tmp_path: Path) -> None:
    (tmp_path / "users").write_text(line("alice", "hunter2"))
    with serving(tmp_path, "--htpasswd", "users") as served:
        headers = {"Authorization": basic("alice", "hunter2"), "User-Agent": "test"}
        assert served.ask("GET", "/v2/?password=hunter2", headers=headers)[0] == 200
        assert served.ask("GET", "/v2/", headers={"Authorization": basic("alice", "hunter3")})[0] == 401
        lines = served.end()[2].splitlines()
    # Not in the order of the requests: a connection logs a request after it has sent the response.
    refused, answered = sorted(lines)
    assert re.fullmatch(
        r'127\.0\.0\.1 - alice \[[^]]+\] "GET /v2/\?password=\*\*\*" 200 \d+ "test" \d\.\d{4}', answered
    )
    assert re.fullmatch(r'127\.0\.0\.1 - - \[[^]]+\] "GET /v2/" 401 \d+ "" \d\.\d{4}', refused)


def test_the_log_can_be_json_or_off(tmp_path: Path) -> None:
    with serving(tmp_path, "--access-log", "json") as served:
        served.ask("GET", "/v2/")
        served.ask("HEAD", "/v2/none/manifests/1")
        lines = [json.loads(text) for text in served.end()[2].splitlines()]
    assert sorted((each["method"], each["status"], each["user"]) for each in lines) == [
        ("GET", 200, None),
        ("HEAD", 404, None),
    ]
    with serving(tmp_path, "--access-log", "off") as served:
        served.ask("GET", "/v2/")
        assert served.end()[2] == ""


def test_the_options_about_changes_reach_the_registry(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-delete", "--max-manifest-size", "10") as served:
        assert served.ask("POST", PUSH, CONTENT)[0] == 201
        assert served.ask("DELETE", f"/v2/app/blobs/{DIGEST}")[0] == 405
        assert served.ask("PUT", "/v2/app/manifests/1", b"{" + b" " * 20 + b"}")[0] == 413


def test_the_collector_of_python_is_on_while_it_serves_and_descriptors_are_not_short(tmp_path: Path) -> None:
    code = (
        "import gc, resource, sys; from registry_gitops.registry import ReferenceRegistry; "
        "ReferenceRegistry.serve = lambda self: print(gc.isenabled(), resource.getrlimit(resource.RLIMIT_NOFILE)); "
        "from registry_gitops.cli import main; main(['serve', '--address', '127.0.0.1:0'])"
    )
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, most)),
    )
    assert done.stdout.splitlines()[1] == f"True {(most, most)}"


def test_it_needs_little_memory(tmp_path: Path) -> None:
    with serving(tmp_path, "data", "--create") as served:
        assert served.ask("GET", "/v2/")[0] == 200
        status = Path(f"/proc/{served.running.pid}/status").read_text()
    assert int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) < 40 * 1024


def test_a_reader_that_has_left_ends_it_before_it_begins(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        program("serve", "--address", "127.0.0.1:0"),
        cwd=tmp_path,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_gc_prints_what_it_frees_and_frees_it(tmp_path: Path) -> None:
    with serving(tmp_path, "data", "--create") as served:
        assert served.ask("POST", PUSH, CONTENT)[0] == 201
        kept = process("gc", "data", folder=tmp_path)
        assert (kept.code, kept.err) == (0, "")
        assert "blobs        0\n" in kept.out
        would = process("gc", "data", "--dry-run", "--older-than", "0s", folder=tmp_path)
        assert served.ask("GET", f"/v2/app/blobs/{DIGEST}") == (200, CONTENT)
        done = process("gc", "data", "--older-than", "0s", folder=tmp_path)
        assert done == would
        assert done.out == (
            "blobs        1\nmanifests    0\nlayers       1\ntags         0\nuploads      0\nrepositories 1\n"
            "bytes        7\nremoved app\n"
        )
        assert served.ask("GET", f"/v2/app/blobs/{DIGEST}")[0] == 404
    assert process("gc", "data", folder=tmp_path).out.count(" 0\n") == 7


def test_a_damaged_manifest_is_a_finding(tmp_path: Path) -> None:
    manifest = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    digest = hashlib.sha256(manifest).hexdigest()
    with serving(tmp_path, "data", "--create") as served:
        kind = "application/vnd.oci.image.index.v1+json"
        assert served.ask("PUT", "/v2/app/manifests/1", manifest, headers={"Content-Type": kind})[0] == 201
    data = tmp_path / "data/docker/registry/v2/blobs/sha256" / digest[:2] / digest / "data"
    data.write_bytes(manifest[:-1])
    done = process("gc", "data", "--dry-run", folder=tmp_path)
    assert done.code == 1
    assert done.err == (
        f"sha256:{digest}: missing or corrupt: push it again, or delete it; "
        "gc skipped the repositories that contain it\n"
    )


def test_a_manifest_in_memory_needs_no_folder(tmp_path: Path) -> None:
    with serving(tmp_path, "--gc-interval", "1s") as served:
        assert served.ask("POST", PUSH, CONTENT)[0] == 201
        time.sleep(1.3)
        assert served.ask("GET", f"/v2/app/blobs/{DIGEST}") == (200, CONTENT)
        assert "garbage collected: 0 bytes, 0 blobs" in served.end()[2]

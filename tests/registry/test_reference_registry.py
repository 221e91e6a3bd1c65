"""The registry put together: where it says it is, what it holds while it is there, and what it leaves behind."""

from __future__ import annotations

import errno
import hashlib
import io
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from registry_gitops import ReferenceRegistry
from registry_gitops.registry import AccessLogEntry, SetupError
from registry_gitops.registry.contents import Collected
from registry_gitops.registry.storage import MemoryStorage, Storage
from tests.registry.api.basic_auth import basic, line
from tests.support.certificate import make_certificate

CONTENT = b"content"
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
PUSH = f"/v2/app/blobs/uploads/?digest={DIGEST}"
BLOB = f"/v2/app/blobs/{DIGEST}"


def ask(registry: ReferenceRegistry, method: str, path: str, body: bytes | None = None, **headers: str) -> int:
    connection = HTTPConnection(*registry.address, timeout=60)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def test_it_serves_while_it_is_entered_and_gives_the_port_back() -> None:
    with ReferenceRegistry() as registry:
        assert registry.url == f"http://127.0.0.1:{registry.address[1]}"
        assert ask(registry, "GET", "/v2/") == 200
        with pytest.raises(OSError, match=rf"cannot listen on 127.0.0.1:{registry.address[1]}: Address already in use"):
            ReferenceRegistry(address=registry.address)
    with ReferenceRegistry(address=registry.address) as again:
        assert ask(again, "GET", "/v2/") == 200


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("localhost", "http://localhost:"),
        ("", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        ("::1", "http://[::1]:"),
        ("::", "http://[::1]:"),
    ],
)
def test_the_url_leads_to_it(host: str, url: str) -> None:
    with ReferenceRegistry(address=(host, 0)) as registry:
        assert registry.url == f"{url}{registry.address[1]}"
        there = HTTPConnection(registry.url.removeprefix("http://"), timeout=60)
        there.request("GET", "/v2/")
        assert there.getresponse().status == 200
        there.close()


def test_each_in_memory_has_a_memory_of_its_own() -> None:
    with ReferenceRegistry() as one, ReferenceRegistry() as other:
        assert ask(one, "POST", PUSH, CONTENT) == 201
        assert (ask(one, "GET", BLOB), ask(other, "GET", BLOB)) == (200, 404)


def test_what_is_in_a_folder_is_there_the_next_time(tmp_path: Path) -> None:
    with ReferenceRegistry(tmp_path / "new" / "data") as registry:
        assert ask(registry, "POST", PUSH, CONTENT) == 201
    with ReferenceRegistry(str(tmp_path / "new" / "data"), delete=False) as registry:
        assert ask(registry, "GET", BLOB) == 200
        assert ask(registry, "DELETE", BLOB) == 405
    with ReferenceRegistry(tmp_path / "new" / "data", read_only=True) as registry:
        assert ask(registry, "GET", BLOB) == 200
        assert ask(registry, "POST", PUSH, CONTENT) == 405


def test_it_can_be_closed_twice_and_without_having_served(tmp_path: Path) -> None:
    registry = ReferenceRegistry(tmp_path)
    registry.close()
    registry.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(registry.address)
    with registry.__class__(tmp_path) as again:
        again.close()


def test_leaving_the_block_by_an_error_ends_it_too() -> None:
    with pytest.raises(RuntimeError), ReferenceRegistry() as registry:
        raise RuntimeError
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(registry.address)


def test_no_thread_is_left() -> None:
    before = threading.active_count()
    with ReferenceRegistry(gc_interval=100) as registry:
        for _ in range(20):
            ask(registry, "GET", "/v2/_catalog")
    deadline = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tls_cert": "a"}, "a TLS certificate and its key go together"),
        ({"tls_key": "a"}, "a TLS certificate and its key go together"),
        ({"tls_cert": "none", "tls_key": "none"}, "none: No such file or directory"),
        ({"htpasswd": "none"}, "none: No such file or directory"),
        ({"anonymous_pull": True}, "without users everybody may pull"),
        ({"read_only": True, "gc_interval": 1}, "garbage cannot be collected"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(SetupError, match=message):
        ReferenceRegistry(tmp_path / "data", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.tools
def test_users_and_tls_are_what_clients_meet(tmp_path: Path) -> None:
    import ssl

    made = make_certificate(tmp_path)
    (tmp_path / "users").write_text(line("alice", "hunter2"))
    entries: list[AccessLogEntry] = []
    with ReferenceRegistry(
        address=("localhost", 0),
        htpasswd=tmp_path / "users",
        tls_cert=made.certificate,
        tls_key=made.key,
        access_log=entries.append,
    ) as registry:
        assert registry.url.startswith("https://localhost:")
        context = ssl.create_default_context(cafile=made.certificate)
        connection = HTTPSConnection(registry.url.removeprefix("https://"), context=context, timeout=60)
        for headers in ({}, {"Authorization": basic("alice", "hunter2")}):
            connection.request("GET", "/v2/", headers=headers)
            connection.getresponse().read()
        connection.close()
    assert [(entry.status, entry.user) for entry in entries] == [(401, None), (200, "alice")]


def test_garbage_is_collected_while_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    with ReferenceRegistry(tmp_path, gc_interval=0.1) as registry:
        assert ask(registry, "POST", PUSH, CONTENT) == 201
        # Not before: without a grace period, a push can fail. No request for the blob either: it makes the blob young.
        monkeypatch.setattr("registry_gitops.registry.reference_registry.GRACE_PERIOD", 0.0)
        deadline = time.monotonic() + 60
        while "7 bytes" not in written.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ask(registry, "GET", BLOB) == 404
    assert "garbage collected: 7 bytes, 1 blobs" in written.getvalue()


def test_a_collection_that_runs_when_it_is_closed_ends_before_the_storage_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, ended = threading.Event(), threading.Event()

    def collect(storage: Storage, *, is_stopping: Callable[[], bool], **_: object) -> Collected:
        runs.set()
        while not is_stopping():
            time.sleep(0.001)
        time.sleep(0.2)
        ended.set()
        raise OSError(errno.ECANCELED, "canceled")

    monkeypatch.setattr("registry_gitops.registry.reference_registry.collect_garbage", collect)
    monkeypatch.setattr(MemoryStorage, "close", lambda _: closed.append(ended.is_set()))
    closed: list[bool] = []
    with ReferenceRegistry(gc_interval=0.01):
        assert runs.wait(60)
    assert closed == [True]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("raised", [ValueError("a mistake"), MemoryError(), SystemExit(1)], ids=repr)
def test_garbage_is_collected_again_after_a_mistake(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], raised: BaseException
) -> None:
    again = threading.Event()
    outcomes = [raised]

    def collecting(*_: object, **__: object) -> Collected:
        if outcomes:
            raise outcomes.pop()
        again.set()
        return Collected(0, 0, 0, 0, 0, 0, (), ())

    monkeypatch.setattr("registry_gitops.registry.reference_registry.collect_garbage", collecting)
    with ReferenceRegistry(gc_interval=0.01):
        assert again.wait(60)
    assert "a mistake in the registry" in capfd.readouterr().err

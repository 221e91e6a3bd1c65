"""What `serve` tells on a terminal, and only there."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from registry_gitops.cli.serve_summary import ServedAccess
from registry_gitops.registry import ReferenceRegistry
from registry_gitops.smoke import connect
from tests.registry.api.basic_auth import line

from .running import program

pytestmark = pytest.mark.tools

USERS = Path("users")


def serve_on_a_terminal(folder: Path, *arguments: str) -> tuple[str, list[str]]:
    """Return the stdout of `serve`, and the lines on its terminal; the user presses Ctrl-C."""
    terminal, stderr = os.openpty()
    command = program("serve", "--address", "127.0.0.1:0", *arguments)
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=stderr, encoding="utf-8") as running:
        os.close(stderr)
        shown = b""
        while b"Ctrl-C" not in shown and (read := os.read(terminal, 4096)):
            shown += read
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=120)
    os.close(terminal)
    assert running.returncode == 0
    return out, shown.decode().splitlines()


def test_serve_shows_what_it_serves_from_where_for_whom_and_how_to_stop_it(tmp_path: Path) -> None:
    out, lines = serve_on_a_terminal(tmp_path, "images", "--create")
    assert lines == [
        f"Serving an OCI registry at {out.strip()}, for clients on this machine.",
        f"  Data:   {tmp_path}/images, 0 repositories",
        "  Access: everyone can pull, push, and delete, without login",
        "  Stop:   Ctrl-C",
    ]


def test_serve_shows_users_and_memory_and_all_interfaces(tmp_path: Path) -> None:
    (tmp_path / "users").write_text(line("alice", "hunter2"))
    options = ("--address", "0.0.0.0:0", "--htpasswd", "users", "--anonymous-pull", "--no-delete")
    out, lines = serve_on_a_terminal(tmp_path, *options)
    assert lines == [
        f"Serving an OCI registry at {out.strip()}, on all interfaces of this machine.",
        "  Data:   in memory, lost on exit",
        "  Access: everyone can pull, without login; the users of users can pull and push (deletion is off)",
        "  Stop:   Ctrl-C",
    ]


@pytest.mark.parametrize(("count", "shown"), [(1, "1 repository"), (2, "2 repositories"), (101, "more than 100")])
def test_serve_counts_up_to_a_hundred_repositories(tmp_path: Path, count: int, shown: str) -> None:
    with ReferenceRegistry(tmp_path / "data") as registry, connect(registry.url) as client:
        index = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
        headers = {"Content-Type": "application/vnd.oci.image.index.v1+json"}
        for number in range(count):
            assert client.request("PUT", f"/v2/app-{number}/manifests/1", headers=headers, body=index).status == 201
    assert f"{tmp_path}/data, {shown}" in serve_on_a_terminal(tmp_path, "data", "--read-only")[1][1]


@pytest.mark.parametrize(
    ("access", "text"),
    [
        (ServedAccess(None, False, False, False), "everyone can pull and push, without login (deletion is off)"),
        (ServedAccess(None, False, True, True), "everyone can pull, without login (read-only)"),
        (ServedAccess(USERS, False, False, True), "the users of users can pull, push, and delete"),
        (ServedAccess(USERS, False, True, True), "the users of users can pull (read-only)"),
        (ServedAccess(USERS, True, True, True), "everyone can pull, without login (read-only)"),
        (
            ServedAccess(USERS, True, False, True),
            "everyone can pull, without login; the users of users can pull, push, and delete",
        ),
    ],
)
def test_access_is_one_sentence(access: ServedAccess, text: str) -> None:
    assert str(access) == text

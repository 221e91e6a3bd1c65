"""What `serve` and `gc` refuse before they begin, and what `gc` prints."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Outcome, Run, listing


@pytest.fixture(autouse=True)
def nothing_is_left_listening() -> Iterator[None]:
    """A `serve` that begins although it should not is ended, rather than waited for."""
    signal.alarm(20)
    yield
    signal.alarm(0)


def refused(done: Outcome, message: str) -> None:
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.rstrip("\n").splitlines()[-1].find(message) >= 0
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "address",
    ["a..b:0", "5000", "localhost", ":x", "localhost:", "localhost:65536", "::1:5000", "[::1]", "[x]:1", "a b:1"],
)
def test_an_address_that_is_none_is_refused(cli: Run, address: str) -> None:
    refused(cli("serve", "--address", address), f'"{address}" is not HOST:PORT, for example 127.0.0.1:5000')


def test_an_address_that_cannot_be_had_is_named(cli: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = cli("serve", "--address", f"127.0.0.1:{port}")
    refused(done, f"error: cannot listen on 127.0.0.1:{port}: Address already in use")
    refused(cli("serve", "--address", "no-such-host.invalid:0"), "error: cannot listen on no-such-host.invalid:0: ")
    refused(cli("serve", "--address", "192.0.2.1:0"), "error: cannot listen on 192.0.2.1:0: Cannot assign requested")


def test_a_root_that_cannot_be_one_is_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused(cli("serve", tmp_path / "file", "--address", "127.0.0.1:0"), f"{tmp_path}/file")
    refused(cli("serve", tmp_path / "file" / "below", "--address", "127.0.0.1:0"), f"{tmp_path}/file/below")
    refused(cli("serve", tmp_path / "file", "--create", "--address", "127.0.0.1:0"), f"{tmp_path}/file")
    assert list(listing(tmp_path)) == ["file"]


@pytest.mark.parametrize(
    ("options", "advice"),
    [((), "check the path, or add --create to create it"), (("--read-only",), "check the path")],
)
@pytest.mark.parametrize("root", ["none", "none/below", "link"])
def test_serve_creates_no_data_directory_that_was_not_asked_for(
    cli: Run, tmp_path: Path, root: str, options: tuple[str, ...], advice: str
) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    done = cli("serve", root, "--address", "127.0.0.1:0", *options)
    assert done == Outcome(2, "", f"{root}: the data directory does not exist: {advice}\n")
    assert list(listing(tmp_path)) == ["link"]


def test_a_broken_htpasswd_file_is_refused_with_its_line(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "users").write_text("# users\nalice:hunter2\n")
    done = cli("serve", "data", "--create", "--htpasswd", "users", "--address", "127.0.0.1:0")
    assert done == Outcome(2, "", "users:2: not a bcrypt hash: make the line with `htpasswd -nB USER`\n")
    assert list(listing(tmp_path)) == ["users"]


def test_a_certificate_that_cannot_be_used_is_refused(cli: Run, tmp_path: Path) -> None:
    done = cli("serve", "data", "--create", "--tls-cert", "crt", "--tls-key", "key", "--address", "127.0.0.1:0")
    assert done == Outcome(2, "", "crt: No such file or directory\n")
    assert list(listing(tmp_path)) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--tls-cert", "crt"), "error: a TLS certificate and its key go together: name both"),
        (("--tls-key", "key"), "error: a TLS certificate and its key go together: name both"),
        (("--create",), "error: --create needs ROOT: name the data directory to create"),
        (("--create", "--read-only", "none"), "error: --create and --read-only exclude each other"),
        (("--anonymous-pull",), "error: without users everybody may pull: name an htpasswd file"),
        (("--read-only", "--gc-interval", "1h"), "error: garbage cannot be collected in a registry that is read-only"),
        (("--max-concurrency", "0"), """'--max-concurrency': "0" is not a whole number from 1 to 10000"""),
        (("--max-concurrency", "many"), '"many" is not a whole number from 1 to 10000'),
        (("--max-manifest-size", "0"), '"0" is not a whole number of bytes above 0: write a size such as 512Ki or 4Mi'),
        (("--max-manifest-size", "4MB"), '"4MB" is not a quantity: write a number and a unit, such as 10Gi'),
        (("--max-manifest-size", "1e30"), '"1e30" is too large: write at most 9223372036854775807'),
        (("--gc-interval", "soon"), '"soon" is not a duration: write numbers with h, m, s or ms, such as 5m or 1h30m'),
        (("--gc-interval", "0s"), '"0s" is too short: write at least 1ms'),
        (("--gc-interval", "7d"), '"7d" is not a duration: the longest unit is an hour: write 168h'),
        (("--access-log", "yaml"), "'yaml' is not one of 'text', 'json', 'off'"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(cli: Run, options: tuple[str, ...], message: str) -> None:
    refused(cli("serve", "--address", "127.0.0.1:0", *options), message)


def test_gc_refuses_a_folder_that_is_no_registrys(cli: Run, tmp_path: Path) -> None:
    refused(cli("gc", tmp_path), f"{tmp_path}: not a registry data directory: it has no docker/registry/v2: pass the")
    refused(cli("gc", tmp_path / "none"), f"{tmp_path}/none: not a registry data directory")
    assert list(listing(tmp_path)) == []

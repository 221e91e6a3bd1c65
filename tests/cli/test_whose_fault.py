"""A file of the user's that cannot be used is exit 2, a registry out of reach exit 3, and a fault of ours exit 70."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import registry_gitops
from registry_gitops.registry import ReferenceRegistry

from .running import Outcome, Run, listing, process, program
from .test_wrong_input import as_anyone

LONG = "n" * 300
CONFIG = "source: {type: oci, url: 'oci://registry.example.com/charts/docker-registry'}\n"


def refused(done: Outcome, *words: str) -> None:
    assert done.code == 2, done
    assert "internal error" not in done.err
    assert "Traceback" not in done.err
    last = done.err.splitlines()[-1]
    assert all(word in last for word in words), last


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceRegistry() as registry:
        yield registry.url


@pytest.mark.parametrize("wrong", [LONG, f"{LONG}/x", "file/x", "folder"])
@pytest.mark.parametrize(
    "words",
    [
        ("render", "*"),
        ("render", "*.py"),
        ("status", "*"),
        ("status", "--kubeconfig", "*", "--namespace", "n"),
        ("smoke", "--config", "*"),
        ("smoke", "http://127.0.0.1:1", "--ca-file", "*"),
        ("smoke", "http://127.0.0.1:1", "--after-restart", "*"),
        ("smoke", "http://127.0.0.1:1", "--before-restart", "*"),
        ("smoke", "http://127.0.0.1:1", "-o", "html=*"),
        ("serve", "--address", "127.0.0.1:0", "--htpasswd", "*"),
        ("serve", "--address", "127.0.0.1:0", "--tls-cert", "*", "--tls-key", "file"),
        ("serve", "--address", "127.0.0.1:0", "--tls-cert", "file", "--tls-key", "*"),
        ("gc", "*"),
    ],
    ids=" ".join,
)
def test_a_path_that_cannot_be_a_file_is_refused(cli: Run, tmp_path: Path, words: tuple[str, ...], wrong: str) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    before = listing(tmp_path)
    refused(cli(*(word.replace("*", wrong) for word in words)))
    assert listing(tmp_path) == before


@pytest.mark.parametrize("wrong", [LONG, f"{LONG}/x", f"new/{LONG}", "registry.yaml", "registry.yaml/x", "/dev/null/x"])
@pytest.mark.parametrize(
    "words",
    [("init", "*"), ("render", "--output-dir", "*"), ("serve", "--create", "--address", "127.0.0.1:0", "*")],
    ids=" ".join,
)
def test_a_path_that_cannot_be_a_directory_is_refused(
    cli: Run, tmp_path: Path, words: tuple[str, ...], wrong: str
) -> None:
    (tmp_path / "registry.yaml").write_text(CONFIG)
    refused(cli(*(word.replace("*", wrong) for word in words)))
    assert {"registry.yaml"} <= {*listing(tmp_path)} <= {"registry.yaml", "new"}


@pytest.mark.tools
@pytest.mark.parametrize(
    "words", [("render",), ("render", "closed/registry.yaml"), ("status",), ("init", "closed/new")]
)
def test_a_directory_that_cannot_be_entered_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    if len(words) > 1:
        refused(as_anyone(*words, folder=tmp_path), "closed", "Permission denied")
    else:
        script = f"cd closed && chmod 0 . && exec {' '.join(program(*words))}"
        (tmp_path / "closed").chmod(0o700)
        from .test_wrong_input import AS_ANYONE

        done = subprocess.run(
            [*AS_ANYONE, "sh", "-c", script], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
        )
        refused(Outcome(done.returncode, done.stdout, done.stderr), "registry.yaml: cannot be read: Permission denied")
    (tmp_path / "closed").chmod(0o700)


def test_a_report_on_a_full_disk_is_refused_by_name_and_the_others_are_written(
    cli: Run, url: str, tmp_path: Path
) -> None:
    done = cli("smoke", url, "--check", "api", "-o", "json=/dev/full", "-o", "junit=report.xml", "-o", "text")
    refused(done, "/dev/full: cannot be written: No space left on device")
    assert "1 check passed" in done.out
    assert (tmp_path / "report.xml").read_text().startswith("<?xml")


def test_a_state_on_a_full_disk_is_refused_and_the_image_that_remains_is_named(cli: Run, url: str) -> None:
    done = cli("smoke", url, "--before-restart", "/dev/full")
    refused(done, "/dev/full: cannot be written: No space left on device")
    assert done.err.startswith("not deleted from the registry: registry-gitops/smoke:smoke-")


@pytest.mark.tools
@pytest.mark.parametrize("words", [("--help",), ("render", "--help"), ("schema",), ("--version",)])
def test_output_on_a_full_disk_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            program(*words), cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False
        )
    assert (done.returncode, done.stderr) == (2, "error: cannot write the output: No space left on device\n")


@pytest.mark.tools
@pytest.mark.parametrize("redirection", [">&-", "2>&-", "2>/dev/full", "<&-", "2>&- >&-"])
def test_a_stream_that_is_closed_or_full_changes_no_exit_code_of_an_error(tmp_path: Path, redirection: str) -> None:
    for words in (["render", "none.yaml"], ["--nonsense"], ["nonsense"], ["render", "--nonsense"]):
        command = f"{' '.join(program(*words))} {redirection}"
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.tools
@pytest.mark.parametrize(
    "words",
    [
        "schema >&-",
        "--help >&-",
        "render --help >&-",
        "--version >&-",
        "htpasswd alice <&-",
        "htpasswd alice --password-stdin <&-",
    ],
)
def test_a_closed_stream_that_is_needed_is_named(tmp_path: Path, words: str) -> None:
    command = f"{' '.join(program())} {words}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=180
    )
    refused(
        Outcome(done.returncode, done.stdout, done.stderr), "closed" if "htpasswd alice <" not in words else "stdin"
    )


def test_a_reader_that_leaves_the_help_ends_it_quietly(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(program("--help"), cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.tools
@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("init/registry.yaml.tmpl", ("init", "new")),
        ("chart/docker-registry", ("render",)),
        ("readme", ("render", "--stdout")),
    ],
)
def test_a_template_of_ours_that_is_missing_is_an_internal_error(
    tmp_path: Path, missing: str, words: tuple[str, ...]
) -> None:
    package = Path(registry_gitops.__file__).parent
    shutil.copytree(package, tmp_path / "copy/registry_gitops", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(package.parent / "templates", tmp_path / "copy/templates")
    gone = tmp_path / "copy/templates" / missing
    assert gone.exists()
    gone.rename(tmp_path / "gone")
    (tmp_path / "work").mkdir()
    (tmp_path / "work/registry.yaml").write_text("name: a\n")
    before = listing(tmp_path / "work")
    environment = {"PYTHONPATH": str(tmp_path / "copy"), "REGISTRY_GITOPS_TRACEBACK": ""}
    done = process(*words, folder=tmp_path / "work", environment=environment)
    assert (done.code, done.out) == (70, "")
    assert len(done.err.splitlines()) == 1
    assert "internal error in registry-gitops" in done.err
    assert "FileNotFoundError at assets.py:" in done.err
    shown = process(*words, folder=tmp_path / "work", environment={**environment, "REGISTRY_GITOPS_TRACEBACK": "1"})
    assert shown.code == 70
    assert shown.err.startswith("Traceback (most recent call last):\n")
    assert listing(tmp_path / "work") == before


@contextmanager
def answering(status: int, *headers: tuple[str, str]) -> Iterator[str]:
    """A server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in (*headers, ("Content-Length", "0")):
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def unused() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize("address", ["", "http://no-such-host.invalid", "https://127.0.0.1:1"])
def test_a_registry_out_of_reach_is_exit_3(cli: Run, address: str) -> None:
    done = cli("smoke", address or unused(), "--retries", "0")
    assert (done.code, done.out) == (3, "")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        (302, ("Location", "http://a..b/v2/")),
        (302, ("Location", "http://[::1/v2/")),
        (302, ("Location", "https://registry.example.com:99999/")),
        (401, ("WWW-Authenticate", 'Bearer realm="http://a..b/token",service="x"')),
        (401, ("WWW-Authenticate", 'Bearer realm="http://[::1/token",service="x"')),
        (401, ("WWW-Authenticate", 'Bearer realm="nonsense://x",service="x"')),
        (200, ("Content-Encoding", "gzip")),
    ],
    ids=str,
)
def test_an_answer_that_leads_nowhere_is_exit_3(
    cli: Run, monkeypatch: pytest.MonkeyPatch, headers: tuple[int, tuple[str, str]]
) -> None:
    monkeypatch.setenv("REGISTRY_GITOPS_PASSWORD", "hunter2")
    with answering(headers[0], *headers[1:]) as address:
        done = cli("smoke", address, "--username", "me", "--check", "api")
    assert done.code in (0, 1, 3), done
    assert "internal error" not in done.err


@pytest.mark.parametrize("host", ["a..b", ".a", f"{LONG}.com", "*", "%zz", "a b", "a\\b", "[::1", "a:99999"])
def test_a_host_that_no_registry_can_have_is_refused(cli: Run, host: str) -> None:
    refused(cli("smoke", f"http://{host}/"), "this is not the URL of a registry")


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "*"),
        ("init", "--name", "*"),
        ("init", "--source", "helm", "--url", "*"),
        ("render", "--allow", "*"),
        ("status", "--namespace", "*"),
        ("smoke", "http://127.0.0.1:1/*"),
        ("smoke", "http://127.0.0.1:1", "--username", "*"),
        ("smoke", "http://127.0.0.1:1", "--repository", "*"),
        ("serve", "--address", "*:0"),
        ("htpasswd", "*"),
        ("schema", "*"),
    ],
    ids=" ".join,
)
def test_an_argument_that_is_no_text_is_refused(cli: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    refused(cli(*(word.replace("*", os.fsdecode(b"\xff")) for word in words)))
    assert list(listing(tmp_path)) == []


def test_a_password_that_is_no_text_is_refused(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_GITOPS_PASSWORD", os.fsdecode(b"hunter\xff"))
    done = cli("smoke", "http://127.0.0.1:1", "--username", "me")
    refused(done, "the password in REGISTRY_GITOPS_PASSWORD is not text in UTF-8")
    assert "hunter" not in done.err


@pytest.mark.parametrize("proxy", ["http://x:99999", "http://[::1", "nonsense://", "http://a b"])
def test_a_proxy_without_a_valid_url_is_exit_3(cli: Run, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    done = cli("smoke", "http://registry.example.com")
    assert (done.code, done.out) == (3, "")
    assert "or of the proxy is not valid" in done.err


def test_a_bundle_of_authorities_that_cannot_be_used_is_refused_by_name(
    cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    refused(cli("smoke", "https://127.0.0.1:1", "--ca-file", "empty.pem"), "empty.pem: no certificate authority")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "none.pem")
    refused(cli("smoke", "https://127.0.0.1:1"), "none.pem: cannot be read: No such file or directory")


@pytest.mark.tools
def test_a_user_without_a_home_directory_can_run_smoke(url: str, tmp_path: Path) -> None:
    code = "import pwd, sys; pwd.getpwuid = {}.__getitem__; from registry_gitops.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "smoke", url, "--check", "api"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name not in ("HOME", "DOCKER_CONFIG")},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert (done.returncode, done.stderr) == (0, "")

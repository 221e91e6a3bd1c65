"""A kubectl that is slow, fails, or cannot be run: what is reported, and that no process of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.cluster import PortForwardError, port_forward
from registry_gitops.cluster.status import ClusterError, get_status
from tests.cli.running import program

from .api import write_config

pytestmark = pytest.mark.tools

RELEASE = """
{"kind": "List", "items": [{"kind": "HelmRelease",
  "metadata": {"name": "b", "namespace": "a", "labels": {
    "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}},
  "spec": {"chartRef": {"kind": "OCIRepository", "name": "b"}}}]}
"""
"""It leads to objects in two namespaces, so the second round has two commands that run at the same time."""

FIRST = f"""#!/bin/sh
case "$*" in *helmreleases*) cat <<'END'
{RELEASE}
END
exit;; esac
"""
SLOW = "sleep 600 & wait"
"""The sleep is what a credential plugin is to kubectl: a child that holds its output open."""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a program in place of kubectl, first on PATH; alone on it for `alone`."""

    def kubectl(text: str, *, mode: int = 0o755, alone: bool = False) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "kubectl").write_text(text)
        (folder / "kubectl").chmod(mode)
        monkeypatch.setenv("PATH", str(folder) if alone else f"{folder}{os.pathsep}{os.environ['PATH']}")
        # What it starts has it too, and can so be found.
        monkeypatch.setenv("STAND_IN", str(tmp_path))

    return kubectl


def left(tmp_path: Path) -> list[str]:
    """What still runs of the stand-in for kubectl, and of what it started, 30 s later: SIGKILL takes a moment."""
    deadline = time.monotonic() + 30
    while (found := running(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def running(tmp_path: Path) -> list[str]:
    """The processes of the program in place of kubectl, and of what it started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment, command = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"STAND_IN={tmp_path}\0".encode() in environment and folder.name != str(os.getpid()):
            found.append(command.replace(b"\0", b" ").decode())
    return [each for each in found if "kubectl" in each or "sleep" in each]


def refusal() -> str:
    with pytest.raises(ClusterError) as caught:
        get_status("a", "b")
    return str(caught.value)


def port_forward_refusal() -> str:
    with pytest.raises(PortForwardError) as caught, port_forward("a", "svc/b", "http"):
        raise AssertionError("there is a port-forward")
    return str(caught.value)


@pytest.mark.parametrize(("slow", "failing"), [("a", "flux-system"), ("flux-system", "a")])
def test_failed_process_ends_the_others_at_once(install: Install, tmp_path: Path, slow: str, failing: str) -> None:
    install(f"""{FIRST}case "$*" in *"--namespace {failing} "*) sleep 0.5; echo "error: boom" >&2; exit 1;; esac
{SLOW}""")
    before = time.monotonic()
    assert refusal() == "boom"
    assert time.monotonic() - before < 10
    assert left(tmp_path) == []


def test_timeout_ends_all_processes(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_gitops.cluster.processes.TIMEOUT", 1.0)
    install(f"{FIRST}trap '' TERM\n{SLOW}")
    assert refusal().startswith("no answer from the cluster within 1 s")
    assert left(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_status_that_is_interrupted_ends_its_kubectl(install: Install, tmp_path: Path, number: signal.Signals) -> None:
    install(f"{FIRST}echo started >> {tmp_path}/log\n{SLOW}")
    words = [*program("status", "--namespace", "a", "--name", "b"), "--watch"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0) as watching:
        until(lambda: (tmp_path / "log").exists() and len((tmp_path / "log").read_text().split()) == 2)
        assert len(running(tmp_path)) >= 4
        watching.send_signal(number)
        watching.communicate(timeout=180)
    assert watching.returncode == 130
    assert left(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_kubectl_starts_ends_it(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    install(f"#!/bin/sh\n{SLOW}")

    class InterruptedPopen(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            signal.raise_signal(number)

    monkeypatch.setattr(subprocess, "Popen", InterruptedPopen)
    before = signal.signal(number, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            get_status("a", "b")
    finally:
        signal.signal(number, before)
    assert left(tmp_path) == []


def test_status_that_watches_a_failing_cluster_has_one_round_of_kubectl_at_a_time(
    install: Install, tmp_path: Path
) -> None:
    install(f"""{FIRST}echo started >> {tmp_path}/log
case "$*" in *"--namespace a "*) echo "error: boom" >&2; exit 1;; esac
{SLOW}""")
    command = [*program("status", "--namespace", "a", "--name", "b"), "--wait", "12s"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert (done.returncode, done.stderr) == (3, "waiting: boom\nerror: boom\n")
    assert len((tmp_path / "log").read_text().split()) >= 4
    assert left(tmp_path) == []


def test_failed_port_forward_leaves_no_process(install: Install, tmp_path: Path) -> None:
    install(f"#!/bin/sh\necho 'E1126 09:00:00.000000 1 x.go:1] err=<' >&2\n{SLOW}")
    with (
        pytest.raises(PortForwardError, match="no answer from the cluster within 1 s: check the server"),
        port_forward("a", "svc/b", "http", timeout=1),
    ):
        raise AssertionError("there is a port-forward")
    assert left(tmp_path) == []


def test_kubectl_that_is_not_installed_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal() == "cannot run kubectl: not found on PATH: install it"
    assert port_forward_refusal() == "cannot run kubectl: not found on PATH: install it, or pass a URL"


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        ("#!/bin/sh\n", 0o644, "permission denied: make its file executable with `chmod +x`"),
        ("", 0o755, "not a program for this machine: install the kubectl of this operating system and CPU"),
        ("#!/nowhere\n", 0o755, "the interpreter that {path} names does not exist: reinstall it"),
    ],
)
def test_kubectl_that_cannot_be_run_is_reported(
    install: Install, tmp_path: Path, text: str, mode: int, reason: str
) -> None:
    install(text, mode=mode, alone=True)
    expected = f"cannot run kubectl: {reason.format(path=tmp_path / 'bin' / 'kubectl')}"
    assert refusal() == expected
    assert port_forward_refusal() == f"{expected}, or pass a URL"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exit 1", "kubectl failed without an error message"),
        ("kill -9 $$", "kubectl failed without an error message"),
        (
            "echo hello",
            "kubectl printed no JSON: check that `kubectl` on PATH is the program of Kubernetes, or prints as it does",
        ),
        *(
            (
                f"echo '{printed}'",
                f"kubectl printed {what}: check that `kubectl` on PATH is the program of Kubernetes, or prints as it "
                "does",
            )
            for printed, what in (
                ('{"kind": "List"}', "no list of objects"),
                ('{"kind": "List", "items": null}', "no list of objects"),
                ('{"kind": "List", "items": {"a": 1}}', "no list of objects"),
                ('{"kind": "List", "items": [null, 1]}', "no list of objects"),
            )
        ),
        ("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1", f"{'x' * 1997}..."),
    ],
)
def test_kubectl_that_prints_no_error_and_no_objects_is_reported(install: Install, text: str, reason: str) -> None:
    install(f"#!/bin/sh\n{text}")
    assert refusal() == reason


def test_kubectl_that_asks_for_a_username_leads_to_a_login(kubeconfig: Path) -> None:
    write_config(kubeconfig, "https://127.0.0.1:1")
    reason = (
        "kubectl asked for a username, and found none in the kubeconfig: "
        "log in to the cluster first, or select a context whose user has credentials"
    )
    assert refusal() == reason
    assert port_forward_refusal() == f"kubectl port-forward failed: {reason}"


@pytest.mark.parametrize(
    ("plugin", "mode", "remedy"),
    [
        ("absent-plugin", "Never", "install the credential plugin that the kubeconfig names"),
        ("false", "Never", "log in to the cluster again, or fix the credential plugin"),
        ("true", "Always", "log in to the cluster first: the credential plugin asks for a password"),
        (sys.executable, "IfAvailable", "log in to the cluster again, or fix the credential plugin"),
    ],
)
def test_a_credential_plugin_that_fails_leads_to_a_remedy(
    kubeconfig: Path, plugin: str, mode: str, remedy: str
) -> None:
    prompt = ["-c", "open('/dev/tty').read()"]
    write_config(
        kubeconfig,
        "https://127.0.0.1:1",
        exec={
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": plugin,
            "args": prompt,
            "interactiveMode": mode,
            "installHint": "Read the manual.",
        },
    )
    for found in (refusal(), port_forward_refusal()):
        assert "getting credentials: exec" in found
        assert found.endswith(f": {remedy}")


def until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 180
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.05)

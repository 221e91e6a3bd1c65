"""`smoke` as a process: what is printed, when it ends, with what exit code, and what it leaves behind."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.registry.api.basic_auth import line
from tests.support.certificate import make_certificate
from tests.support.oci_registry import ServedRegistry

from .running import Outcome, process, program

pytestmark = pytest.mark.tools

PASSWORD = "correct-horse"


@pytest.fixture(autouse=True)
def nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("REGISTRY_GITOPS_PASSWORD", raising=False)


@pytest.fixture(scope="module")
def served() -> Iterator[ServedRegistry]:
    with ServedRegistry() as registry:
        yield registry


def tags(registry: ServedRegistry, repository: str) -> list[str]:
    with urlopen(f"{registry.url}/v2/{repository}/tags/list") as response:
        found: list[str] = json.load(response)["tags"]
        return found


def test_a_healthy_registry_passes_in_silence_but_for_the_report(served: ServedRegistry, tmp_path: Path) -> None:
    done = process("smoke", served.url, "--repository", "passes", folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^passed +\d+ ms  manifest-image ", done.out, re.MULTILINE)
    assert re.search(r"^\d+ checks passed in [\d.]+ m?s, ", done.out, re.MULTILINE)
    assert "failed" not in done.out
    assert tags(served, "passes") == []


def test_a_registry_that_takes_no_pushes_fails_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "data/docker/registry/v2").mkdir(parents=True)
    with ServedRegistry(tmp_path / "data", "--read-only") as registry:
        done = process("smoke", registry.url, folder=tmp_path)
    assert (done.code, done.err) == (1, "")
    assert re.search(r"^failed +", done.out, re.MULTILINE)
    assert "Remedy: " in done.out
    assert "    | > POST " in done.out


def unreachable(done: Outcome, *words: str) -> None:
    assert (done.code, done.out) == (3, "")
    assert len(done.err.splitlines()) == 1
    assert [word for word in words if word not in done.err] == []


def test_what_cannot_be_reached_is_told_with_the_likely_cause(served: ServedRegistry, tmp_path: Path) -> None:
    unreachable(process("smoke", "http://127.0.0.1:1", folder=tmp_path), "connection refused", "the Pod is ready")
    unreachable(process("smoke", "http://no-such-host.invalid", folder=tmp_path), "error: http://no-such-host.invalid")
    unreachable(process("smoke", served.url.replace("http:", "https:"), folder=tmp_path), "TLS", "http://")
    unreachable(process("smoke", f"{served.url}/elsewhere", folder=tmp_path), "404", "`ingress.path`")


def test_a_certificate_is_asked_for_unless_it_is_trusted_or_any_will_do(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    with ServedRegistry(None, "--tls-cert", made.certificate, "--tls-key", made.key) as registry:
        unreachable(process("smoke", registry.url, folder=tmp_path), "certificate", "--ca-file")
        for option in (["--ca-file", made.certificate], ["--insecure-skip-tls-verify"]):
            assert process("smoke", registry.url, *option, "--check", "api", folder=tmp_path).code == 0


def test_the_password_comes_by_stdin_or_the_environment_and_shows_nowhere(tmp_path: Path) -> None:
    (tmp_path / "users").write_text(line("me", PASSWORD))
    secrets = (PASSWORD, base64.b64encode(f"me:{PASSWORD}".encode()).decode())
    with ServedRegistry(None, "--htpasswd", tmp_path / "users") as registry:
        unreachable(process("smoke", registry.url, folder=tmp_path), "401", "--username")
        wrong = process("smoke", registry.url, "--username", "me", folder=tmp_path, environment=env("wrong-donkey"))
        unreachable(wrong, "401", '"me"')
        assert "wrong-donkey" not in wrong.err
        for form in ("text", "json", "junit", "github", "html"):
            done = process(
                "smoke", registry.url, "--username", "me", "-o", form, folder=tmp_path, environment=env(PASSWORD)
            )
            assert (done.code, done.err) == (0, "")
            assert [secret for secret in secrets if secret in done.out] == []
        piped = process(
            "smoke", registry.url, "--username=me", "--password-stdin", folder=tmp_path, input=f"{PASSWORD}\n"
        )
        assert (piped.code, piped.err) == (0, "")
        in_url = process("smoke", registry.url.replace("//", f"//me:{PASSWORD}@"), "-o", "json", folder=tmp_path)
        assert (in_url.code, in_url.err) == (0, "")
        assert json.loads(in_url.out)["subject"] == registry.url
        log = registry.log()
    assert [secret for secret in secrets if secret in log + in_url.out + piped.out] == []


def env(password: str) -> dict[str, str]:
    return {"REGISTRY_GITOPS_PASSWORD": password}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_cleans_up_when_it_is_told_to_end(served: ServedRegistry, tmp_path: Path, number: int) -> None:
    command = program(
        "smoke", served.url, "--repository", f"ends/{number:d}", "--level", "full", "--layer-size", "2000Mi"
    )
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    deadline = time.monotonic() + 180
    while not pushed(served, f"ends/{number:d}") and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(number)
    out, err = running.communicate(timeout=180)
    assert (running.returncode, out) == (130, "")
    *left, last = err.splitlines()
    assert last == "interrupted"
    # Other runs of this module may have left the same.
    assert re.fullmatch(r"(not deleted from the registry: \d empty repositor(y|ies))?", "".join(left))
    assert tags(served, f"ends/{number:d}") == []


def test_run_of_several_registries_cleans_up_when_it_is_told_to_end(served: ServedRegistry, tmp_path: Path) -> None:
    repository = "ends/many"
    same = f"{served.url}/"
    words = ("--repository", repository, "--level", "full", "--layer-size", "2000Mi")
    command = program("smoke", served.url, same, *words)
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    deadline = time.monotonic() + 180
    while not pushed(served, repository) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=180)
    assert (running.returncode, out, err.splitlines()[-1]) == (130, "", "interrupted")
    assert tags(served, repository) == []


def pushed(registry: ServedRegistry, repository: str) -> bool:
    try:
        return tags(registry, repository) != []
    except OSError:
        return False


def test_it_waits_until_the_registry_is_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = program("smoke", address, "--wait", "120s", "--check", "api")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        time.sleep(1.5)
        assert running.poll() is None
        with ServedRegistry(None, "--address", address):
            out, err = running.communicate(timeout=180)
    assert (running.returncode, err) == (0, "")
    assert "1 check passed" in out


def test_on_a_terminal_it_says_how_far_it_is_and_leaves_nothing_of_that(served: ServedRegistry, tmp_path: Path) -> None:
    screen, terminal = pty.openpty()
    command = program("smoke", served.url, "--check", "api", "--check", "blob-get")
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": ""}
    with os.fdopen(terminal, "wb") as stderr:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, env=environment, cwd=tmp_path, check=True)
    shown = os.read(screen, 65536).decode()
    os.close(screen)
    assert re.findall(r"\r\x1b\[K\[(\d)/2\] ", shown) == ["1", "2"]
    assert shown.endswith("\r\x1b[K")
    assert b"\x1b" not in done.stdout


def test_on_a_terminal_it_says_how_much_of_a_large_layer_is_sent(served: ServedRegistry, tmp_path: Path) -> None:
    screen, terminal = pty.openpty()
    command = program("smoke", served.url, "--check", "large-layer", "--layer-size", "3Mi")
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": ""}
    with os.fdopen(terminal, "wb") as stderr:
        subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, env=environment, cwd=tmp_path, check=True)
    shown = os.read(screen, 65536).decode()
    os.close(screen)
    assert re.findall(r"\[1/1\] large-layer: ([^\r]+)", shown) == [
        *("1 of 3 MB hashed", "2 of 3 MB hashed", "3 of 3 MB hashed"),
        *("0 of 3 MB sent", "1 of 3 MB sent", "2 of 3 MB sent", "pulling 3 MB"),
    ]


KUBECTL = """#!/bin/sh
# Stands in for a cluster, not for kubectl, which tests/cluster runs: what it leads to is the registry of the test.
echo "$@" >> "$ASKED"
echo "Forwarding from $LEADS_TO -> 5000"
exec sleep 600
"""


def test_it_goes_through_kubectl_and_ends_it(served: ServedRegistry, tmp_path: Path) -> None:
    kubectl, asked = tmp_path / "kubectl", tmp_path / "asked"
    kubectl.write_text(KUBECTL)
    kubectl.chmod(stat.S_IRWXU)
    path = f"{tmp_path}:{os.environ['PATH']}"
    environment = {"PATH": path, "ASKED": str(asked), "LEADS_TO": served.host}
    (tmp_path / "registry.yaml").write_text("{namespace: tools, values: {service: {ports: {http: 80}}}}")
    for options, target in (
        (
            ["--namespace", "there", "--context", "c"],
            "--context c --namespace there port-forward {} svc/docker-registry :http",
        ),
        (["--namespace", "there", "--service", "s"], "--namespace there port-forward {} svc/s :http"),
        (["--config", "registry.yaml"], "--namespace tools port-forward {} svc/docker-registry :80"),
        (["registry.yaml"], "--namespace tools port-forward {} svc/docker-registry :80"),
        (
            ["--kubeconfig", "registry.yaml"],
            "--kubeconfig registry.yaml --namespace tools port-forward {} svc/docker-registry :80",
        ),
    ):
        asked.write_text("")
        done = process("smoke", *options, "--check", "api", folder=tmp_path, environment=environment)
        assert (done.code, done.err) == (0, "")
        assert asked.read_text() == f"{target.format('--address 127.0.0.1 --pod-running-timeout=100ms')}\n"
        assert re.match(r"registry-gitops smoke \S+: svc/\S+ in namespace \S+( of context c)?\n", done.out)


def test_without_a_way_into_the_cluster_it_says_why(tmp_path: Path) -> None:
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "KUBECONFIG": str(tmp_path / "none")}
    done = process("smoke", "--namespace", "there", "--context", "c", folder=tmp_path, environment=environment)
    unreachable(done, 'error: kubectl port-forward failed: context "c" does not exist')


def test_what_was_pushed_before_a_restart_is_looked_for_after_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with ServedRegistry(data) as registry:
        done = process("smoke", registry.url, "--before-restart", "state", folder=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(r"pushed registry-gitops/smoke:\S+: restart the .* with --after-restart state\n", done.err)
    with ServedRegistry(data) as registry:
        kept = process("smoke", registry.url, "--after-restart", "state", folder=tmp_path)
        assert tags(registry, "registry-gitops/smoke") == []
    assert (kept.code, kept.err) == (0, "")
    assert re.search(r"^passed .* kept-after-restart", kept.out, re.MULTILINE)
    with ServedRegistry() as empty:
        lost = process("smoke", empty.url, "--after-restart", "state", "--check=kept-after-restart", folder=tmp_path)
    assert lost.code == 1
    assert "Remedy: Set `persistence.enabled`" in lost.out


def test_an_image_that_cannot_be_pushed_before_a_restart_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "data/docker/registry/v2").mkdir(parents=True)
    with ServedRegistry(tmp_path / "data", "--read-only") as registry:
        done = process("smoke", registry.url, "--before-restart", "state", folder=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: cannot push: POST ")
    assert not (tmp_path / "state").exists()

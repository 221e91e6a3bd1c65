"""`status` as a process: output, end, and exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry_gitops.cluster.status import Status
from tests.cli.running import Outcome, process, program
from tests.cluster.deployments import load_snapshot

from .api import write_config
from .deployment_api import Served, serving

pytestmark = pytest.mark.tools

NAMED = ("status", "--namespace", "docker-registry")


@pytest.fixture
def run(kubeconfig: Path, tmp_path: Path) -> Callable[..., Outcome]:
    def status(*arguments: str | Path) -> Outcome:
        return process(*arguments, folder=tmp_path, environment={"COLUMNS": "110"})

    return status


@contextmanager
def started(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*program(*NAMED), *arguments]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def test_running_deployment_exits_0_with_the_state_in_the_first_line(
    run: Callable[..., Outcome], kubeconfig: Path
) -> None:
    with serving(load_snapshot("ready"), kubeconfig):
        done = run(*NAMED)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("docker-registry/docker-registry: ready for ")


def test_deployment_that_does_not_run_exits_1_with_the_cause_in_the_first_line(
    run: Callable[..., Outcome], kubeconfig: Path
) -> None:
    with serving(load_snapshot("image-not-pulled"), kubeconfig):
        done = run(*NAMED)
    assert (done.code, done.err) == (1, "")
    first = done.out.splitlines()[0]
    assert first.endswith("registry:9.9.9 cannot be pulled: the node cannot resolve the name of the image registry")


def test_json_is_one_object_that_status_reads_back(run: Callable[..., Outcome], kubeconfig: Path) -> None:
    with serving(load_snapshot("crash-loop"), kubeconfig):
        done = run(*NAMED, "-o", "json")
    found = Status.model_validate_json(done.out)
    assert (done.code, found.ready, found.findings[0].id.value) == (1, False, "crash-loop")


def test_one_run_writes_every_format_to_a_file(run: Callable[..., Outcome], kubeconfig: Path, tmp_path: Path) -> None:
    formats = ("json", "junit", "sarif", "github", "html")
    with serving(load_snapshot("crash-loop"), kubeconfig):
        done = run(*NAMED, *(f"-o{each}={each}.out" for each in formats), "-o", "text")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("docker-registry/docker-registry: not ready")
    for each in formats:
        assert "crash-loop" in (tmp_path / f"{each}.out").read_text("utf-8")
    assert Status.model_validate_json((tmp_path / "json.out").read_text("utf-8")).ready is False


def test_config_file_in_the_directory_names_the_deployment(
    run: Callable[..., Outcome], kubeconfig: Path, tmp_path: Path
) -> None:
    (tmp_path / "registry.yaml").write_text(
        "name: images\nnamespace: {name: platform, inherit: true}\nrelease: {targetNamespace: images}\n"
    )
    with serving(load_snapshot("ready"), kubeconfig):
        done = run("status")
    assert done.code == 1
    assert "there is no HelmRelease images in namespace platform" in done.out


def test_program_with_several_deployments_names_all_of_them(
    run: Callable[..., Outcome], kubeconfig: Path, tmp_path: Path
) -> None:
    (tmp_path / "registry.py").write_text(
        "from registry_gitops import RegistryDeployment\n"
        "deployments = {name: RegistryDeployment(name=name) for name in ('docker-registry', 'other')}\n"
    )
    with serving(load_snapshot("ready"), kubeconfig):
        done = run("status")
    assert done.code == 1
    assert [line.split()[1] for line in done.out.splitlines()[1:3]] == ["docker-registry", "other"]


def test_context_and_kubeconfig_options_select_the_cluster(
    run: Callable[..., Outcome], kubeconfig: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with serving(load_snapshot("ready"), other):
        assert run(*NAMED, "--kubeconfig", other, "--context", "here").code == 0
        assert run(*NAMED, "--kubeconfig", other, "--context", "there").code == 3


def test_unreachable_cluster_exits_3_with_one_line(run: Callable[..., Outcome], kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://127.0.0.1:1")
    done = run(*NAMED)
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "error: The connection to the server 127.0.0.1:1 was refused: check the context, and that the cluster runs\n"
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("status", "--all", "--name", "x"), "Invalid value for --all: pass either CONFIG, or --name, or --all"),
        (("status", "registry.yaml", "--namespace", "x"), "pass either CONFIG or --namespace and --name, not both"),
        (("status", "--name", "x"), "Invalid value for --name: needs --namespace NAME"),
        ((*NAMED, "--wait", "soon"), '"soon" is not a duration'),
        ((*NAMED, "-o", "yaml"), '"yaml" is not text, json, junit, sarif, github, html'),
        ((*NAMED, "-o", "json", "-o", "text"), "two reports have the same destination"),
        ((*NAMED, "--watch", "-o", "junit"), "Invalid value for --output: --watch needs text or json, on stdout"),
        ((*NAMED, "--watch", "-o", "json=status.json"), "--watch needs text or json, on stdout"),
        ((*NAMED, "--watch", "-o", "text", "-o", "html=status.html"), "--watch needs text or json, on stdout"),
    ],
)
def test_wrong_usage_exits_2(run: Callable[..., Outcome], arguments: tuple[str, ...], complaint: str) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err


def test_wait_ends_when_ready_and_prints_the_reason_to_wait(kubeconfig: Path, tmp_path: Path) -> None:
    with (
        serving(load_snapshot("crash-loop"), kubeconfig) as served,
        started("--wait", "1m", folder=tmp_path) as running,
    ):
        assert running.stderr is not None
        told = running.stderr.readline()
        served.snapshot = load_snapshot("ready")
        out, err = running.communicate(timeout=180)
    assert told.startswith("waiting: registry exits on start, with exit code 1: ")
    assert (running.returncode, err) == (0, "")
    assert out.startswith("docker-registry/docker-registry: ready")


def test_wait_that_times_out_exits_1_with_the_status(run: Callable[..., Outcome], kubeconfig: Path) -> None:
    with serving(load_snapshot("crash-loop"), kubeconfig):
        before = time.monotonic()
        done = run(*NAMED, "--wait", "2s")
    assert time.monotonic() - before < 60
    assert done.code == 1
    assert done.err.count("waiting:") == 1
    assert done.out.startswith("docker-registry/docker-registry: not ready")


def test_wait_survives_a_temporarily_unreachable_cluster(kubeconfig: Path, tmp_path: Path) -> None:
    with serving(load_snapshot("ready"), kubeconfig) as served:
        served.unauthorized = True
        with started("--wait", "1m", folder=tmp_path) as running:
            assert running.stderr is not None
            told = running.stderr.readline()
            served.unauthorized = False
            running.communicate(timeout=180)
    assert told.startswith("waiting: You must be logged in")
    assert running.returncode == 0


def test_watch_prints_a_line_of_json_for_each_change_until_ctrl_c(kubeconfig: Path, tmp_path: Path) -> None:
    with (
        serving(load_snapshot("just-applied"), kubeconfig) as served,
        started("--watch", "-o", "json", folder=tmp_path) as running,
    ):
        assert running.stdout is not None
        lines = [json.loads(running.stdout.readline())]
        for name in ("crash-loop", "ready"):
            served.snapshot = load_snapshot(name)
            lines.append(json.loads(running.stdout.readline()))
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=180)
    assert [line["ready"] for line in lines] == [False, False, True]
    assert (running.returncode, out) == (130, "")
    assert err.endswith("interrupted\n")


def test_watch_prints_nothing_while_nothing_changes(kubeconfig: Path, tmp_path: Path) -> None:
    with serving(load_snapshot("ready"), kubeconfig) as served, started("--watch", folder=tmp_path) as running:
        wait_for_looks(served, 3)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=180)
    assert out.count("docker-registry/docker-registry: ready") == 1


def test_watch_with_wait_ends_when_ready(kubeconfig: Path, tmp_path: Path) -> None:
    with (
        serving(load_snapshot("crash-loop"), kubeconfig) as served,
        started("--watch", "--wait", "1m", folder=tmp_path) as running,
    ):
        assert running.stdout is not None
        first = running.stdout.readline()
        served.snapshot = load_snapshot("ready")
        out, _ = running.communicate(timeout=180)
    assert "not ready" in first
    assert "docker-registry/docker-registry: ready" in out
    assert running.returncode == 0


def wait_for_looks(served: Served, looks: int) -> None:
    until = time.monotonic() + 180
    while sum("helmreleases" in request for request in served.requests) < looks:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_status_reads_no_secrets(run: Callable[..., Outcome], kubeconfig: Path) -> None:
    with serving(load_snapshot("secret-missing"), kubeconfig) as served:
        run(*NAMED)
    assert [request for request in served.requests if "secrets" in request] == []

"""Why nothing responds behind a Service, as real clusters showed it, and as `smoke` reports it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from registry_gitops.cluster import PortForwardError
from registry_gitops.cluster.status import describe_service_failure
from registry_gitops.target import PortForwardTarget, Target, open_client
from tests.cli.running import process
from tests.support.clock import Clock

from .api import cluster
from .deployment_api import serving
from .deployments import load_snapshot, with_change, without_kinds

REASONS = {
    "stopped": "Deployment/docker-registry has 0 replicas: set `values.replicaCount` to 1 or more",
    "scaled-to-0-by-hand": (
        "Deployment/docker-registry was scaled to 0 replicas by hand: "
        "`kubectl scale -n docker-registry deployment/docker-registry --replicas 1`"
    ),
    "crash-loop": "registry exits on start, with exit code 1: a variable of its environment has a value that",
    "out-of-memory": "the registry exceeded its memory limit, and was killed",
    "image-not-pulled": "the image docker.io/library/registry:9.9.9 cannot be pulled: the node cannot resolve",
    "probe-fails": "the registry runs, but its probes fail",
    "pod-forbidden": "the Pod Security level restricted:latest of namespace docker-registry forbids the Pod",
    "quota-exceeded": "the quota few of namespace docker-registry has no room for pods=1",
    "claim-missing": "the claim that the Pod mounts does not exist",
    "no-such-node": "no node can run the Pod",
    "secret-missing": "the Secret docker-registry-users does not exist",
    "deployment-deleted": "there is no Pod, and no Deployment that creates one (it selects app.kubernetes.io/instance=",
}


@pytest.mark.parametrize("name", REASONS)
def test_reason_why_no_pod_is_ready_is_found_without_flux(name: str) -> None:
    snapshot = without_kinds(load_snapshot(name), "HelmRelease", "Kustomization", "GitRepository")
    assert REASONS[name] in describe_service_failure(snapshot, "docker-registry")


@pytest.mark.parametrize("name", ["ready", "edited-by-hand", "git-fails", "values-refused-by-upgrade"])
def test_service_with_a_ready_pod_has_no_failure(name: str) -> None:
    assert describe_service_failure(load_snapshot(name), "docker-registry") == ""


def test_missing_service_and_one_without_selector_have_no_failure() -> None:
    stopped = load_snapshot("stopped")
    assert describe_service_failure(stopped, "other") == ""
    headless = with_change(stopped, "Service", lambda service: service["spec"].pop("selector"))
    assert describe_service_failure(headless, "docker-registry") == ""


def test_pods_of_other_services_are_ignored() -> None:
    others = with_change(load_snapshot("crash-loop"), "Pod", lambda pod: pod["metadata"].update(labels={"app": "x"}))
    assert describe_service_failure(others, "docker-registry") == (
        "Deployment/docker-registry has created no Pod yet: `--wait 2m` waits for it"
    )


def test_pod_that_starts_is_worth_a_wait() -> None:
    def start(pod: dict[str, dict[str, object]]) -> None:
        waiting = {"name": "registry", "ready": False, "state": {"waiting": {"reason": "ContainerCreating"}}}
        pod["status"].update(containerStatuses=[waiting])

    starts = without_kinds(with_change(load_snapshot("crash-loop"), "Pod", start), "Event")
    reason = describe_service_failure(starts, "docker-registry")
    assert reason.endswith(" is not ready yet (ContainerCreating): `--wait 2m` waits for it")


@pytest.mark.tools
@pytest.mark.parametrize("name", ["stopped", "crash-loop", "image-not-pulled"])
def test_smoke_ends_at_once_with_the_reason(name: str, kubeconfig: Path, tmp_path: Path) -> None:
    with serving(load_snapshot(name), kubeconfig):
        done = process("smoke", "--namespace", "docker-registry", folder=tmp_path)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: no Pod is ready behind svc/docker-registry in namespace docker-registry: ")
    assert REASONS[name] in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.tools
def test_client_waits_for_a_pod_on_request_and_tells_why(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("registry_gitops.target.opening"), "time", Clock())
    waits: list[Exception] = []
    target = Target(PortForwardTarget("docker-registry"))
    with (
        serving(load_snapshot("stopped"), kubeconfig),
        pytest.raises(PortForwardError, match="has 0 replicas"),
        open_client(target, wait=2, on_wait=waits.append),
    ):
        raise AssertionError("there is no Pod")
    assert [str(each).count("has 0 replicas") for each in waits] == [1, 1]


@pytest.mark.tools
def test_smoke_keeps_the_reason_of_kubectl_if_it_cannot_read_more(kubeconfig: Path, tmp_path: Path) -> None:
    with cluster(kubeconfig, "Pending"):
        done = process("smoke", "--namespace", "docker-registry", folder=tmp_path)
    assert done.code == 3
    assert "pod is not running" in done.err
    assert done.err.endswith(": `--wait 2m` waits for it\n")

"""What the real kubectl reads of a deployment, and what is said where it can read nothing."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.status import ClusterError, Snapshot, assess, get_status, read_snapshot
from tests.cluster.deployments import changed, seen, without

from .api import write_config
from .deployment_api import serving

pytestmark = pytest.mark.tools

DEPLOYMENT = ("docker-registry", "docker-registry")


def refusal(kubectl: Kubectl | None = None) -> str:
    with pytest.raises(ClusterError) as caught:
        get_status(*DEPLOYMENT, kubectl)
    return str(caught.value)


@pytest.mark.parametrize(
    "name", ["ready", "crash-loop", "chart-not-in-registry", "git-fails", "namespace-missing", "tag-not-in-registry"]
)
def test_what_is_read_of_the_cluster_is_what_was_seen(name: str, kubeconfig: Path) -> None:
    wanted = seen(name)
    with serving(wanted, kubeconfig):
        found = read_snapshot(Kubectl(), *DEPLOYMENT)
    assert assess(replace(found, read_at=wanted.read_at)) == assess(wanted)


def test_a_deployment_that_runs_is_read_by_two_kubectls_that_change_nothing(kubeconfig: Path) -> None:
    with serving(seen("ready"), kubeconfig) as served:
        get_status(*DEPLOYMENT)
    kinds = {request.partition("?")[0].split("/")[-1] for request in served.requests}
    assert "secrets" not in kinds
    # Each kubectl asks once what kinds there are, where its cache does not tell.
    assert [path.partition("?")[0] for path in served.requests].count("/api") <= 2


def test_the_log_of_a_container_that_crashed_comes_without_credentials(kubeconfig: Path) -> None:
    crash = seen("crash-loop")
    logs = dict.fromkeys(crash.logs, "error: dial redis://me:hunter2@cache: refused")
    with serving(replace(crash, logs=logs), kubeconfig):
        found = get_status(*DEPLOYMENT)
    assert found.findings[0].evidence == ("error: dial redis://***@cache: refused",)
    assert "hunter2" not in found.model_dump_json()


def test_a_release_whose_objects_are_elsewhere_is_followed_there(kubeconfig: Path) -> None:
    def elsewhere(release: dict[str, object]) -> None:
        release["spec"]["targetNamespace"] = "images"  # type: ignore[index]
        release["status"].pop("inventory")  # type: ignore[attr-defined]

    moved = changed(seen("ready"), "HelmRelease", elsewhere)
    for kind in ("Deployment", "ReplicaSet", "Pod", "PersistentVolumeClaim", "Service"):
        moved = changed(moved, kind, lambda thing: thing["metadata"].update(namespace="images"))
    with serving(moved, kubeconfig):
        found = get_status(*DEPLOYMENT)
    assert (found.ready, found.addresses) == (True, ("http://docker-registry.images.svc:5000",))


def test_what_this_user_may_not_see_is_said_and_the_rest_is_told(kubeconfig: Path) -> None:
    with serving(seen("ready"), kubeconfig) as served:
        served.forbidden = {"ingresses", "events", "gitrepositories"}
        found = get_status(*DEPLOYMENT)
    assert found.ready
    assert sorted(found.forbidden_kinds) == [
        "events",
        "gitrepositories.source.toolkit.fluxcd.io",
        "ingresses.networking.k8s.io",
    ]


def test_a_user_who_may_see_no_release_is_told_what_it_takes(kubeconfig: Path) -> None:
    with serving(seen("ready"), kubeconfig) as served:
        served.forbidden = {"*"}
        assert refusal() == (
            "this user is not allowed to read HelmReleases in namespace docker-registry: "
            "grant `get` and `list` on helmreleases.helm.toolkit.fluxcd.io there"
        )


def test_a_user_who_is_not_logged_in_is_told_so(kubeconfig: Path) -> None:
    with serving(seen("ready"), kubeconfig) as served:
        served.unauthorized = True
        assert refusal().startswith("You must be logged in to the server (")
        assert refusal().endswith("): log in to the cluster again")


def test_a_cluster_without_flux_is_no_cluster_out_of_reach(kubeconfig: Path) -> None:
    nothing = replace(without(seen("ready"), "HelmRelease"), has_flux=False)
    with serving(nothing, kubeconfig):
        assert [cause.id.value for cause in get_status(*DEPLOYMENT).findings] == ["flux-missing"]


def test_a_release_that_nobody_applied_by_flux_needs_no_kustomizations(kubeconfig: Path) -> None:
    by_hand = changed(seen("ready"), "HelmRelease", lambda release: release["metadata"].pop("labels"))
    with serving(by_hand, kubeconfig):
        found = get_status(*DEPLOYMENT)
    assert (found.ready, found.git) == (True, None)


def test_without_a_kubeconfig_it_says_how_to_name_one(kubeconfig: Path) -> None:
    assert refusal() == (
        "The connection to the server localhost:8080 was refused: "
        "kubectl has no kubeconfig: set KUBECONFIG, or pass --kubeconfig FILE"
    )


def test_a_kubeconfig_that_is_not_there_is_named(kubeconfig: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert refusal(Kubectl(kubeconfig=absent)) == (
        f"stat {absent}: no such file or directory: pass a kubeconfig that exists"
    )


def test_a_kubeconfig_that_is_no_yaml_is_named(kubeconfig: Path) -> None:
    kubeconfig.write_text("a: [")
    assert refusal().startswith(f'error loading config file "{kubeconfig}"')
    assert refusal().endswith(": fix the kubeconfig: `kubectl config view` reads it too")


def test_a_context_that_is_not_there_is_named(kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://127.0.0.1:1")
    assert refusal(Kubectl("staging")) == (
        'context "staging" does not exist: `kubectl config get-contexts` lists the contexts'
    )


def test_a_cluster_that_does_not_run_is_told_by_its_address(kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://127.0.0.1:1")
    assert refusal() == (
        "The connection to the server 127.0.0.1:1 was refused: check the context, and that the cluster runs"
    )


def test_a_name_that_does_not_resolve_is_told(kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://cluster.invalid")
    assert "lookup cluster.invalid" in refusal()
    assert refusal().endswith(": check the server of the context, and the VPN")


def test_a_cluster_that_does_not_answer_is_not_waited_for_longer_than_told(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry_gitops.cluster.processes.TIMEOUT", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write_config(kubeconfig, f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert refusal() == "no answer from the cluster within 1 s: check the server of the context, and the VPN"


def test_a_snapshot_holds_what_was_read_and_when(kubeconfig: Path) -> None:
    with serving(seen("ready"), kubeconfig):
        found = read_snapshot(Kubectl(), *DEPLOYMENT)
    assert isinstance(found, Snapshot)
    assert found.read_at.tzinfo is not None

"""Read a deployment with the real kubectl, and the errors if it cannot be read."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.status import ClusterError, Snapshot, assess, get_status, read_snapshot
from tests.cluster.deployments import load_snapshot, with_change, without_kinds
from tests.cluster.states.table import STATES

from .api import write_config
from .deployment_api import serving

pytestmark = pytest.mark.tools

DEPLOYMENT = ("docker-registry", "docker-registry")


def refusal(kubectl: Kubectl | None = None) -> str:
    with pytest.raises(ClusterError) as caught:
        get_status(*DEPLOYMENT, kubectl)
    return str(caught.value)


@pytest.mark.exhaustive
def test_status_of_a_served_state_equals_that_of_its_snapshot(kubeconfig: Path) -> None:
    """What a state needs is read from the cluster. A state of each cause is served: all of them take minutes."""
    first = {state.causes[:1]: state for state in reversed(STATES)}
    different = []
    with serving(load_snapshot("ready"), kubeconfig) as served:
        for state in first.values():
            served.serve(state.snapshot)
            found = read_snapshot(Kubectl(), state.snapshot.namespace, state.snapshot.name)
            if assess(replace(found, read_at=state.snapshot.read_at)) != assess(state.snapshot):
                different.append(state.title)
    assert different == []


def test_sources_of_a_generated_chart_are_read(kubeconfig: Path) -> None:
    state = next(state for state in STATES if state.title == "the sources of a generated artifact are refused")
    with serving(state.snapshot, kubeconfig):
        found = read_snapshot(Kubectl(), *DEPLOYMENT)
    assert assess(replace(found, read_at=state.snapshot.read_at)) == assess(state.snapshot)


def test_source_of_a_chart_that_users_made_is_read(kubeconfig: Path) -> None:
    recorded = load_snapshot("source-refused")
    (chart,) = recorded.of_kinds("HelmChart")

    def by_reference(release: dict[str, Any]) -> None:
        release["spec"].pop("chart")
        release["spec"]["chartRef"] = {"kind": "HelmChart", "name": chart.name}
        release["status"].pop("helmChart")

    wanted = with_change(recorded, "HelmRelease", by_reference)
    with serving(wanted, kubeconfig):
        (cause,) = get_status(*DEPLOYMENT).findings
    assert (cause.id, cause.location.object) == ("source-failed", "HelmRepository/docker-registry/docker-registry")
    assert "nothing listens at this address" in cause.message


def test_object_that_is_read_by_its_name_and_in_a_list_is_one(kubeconfig: Path) -> None:
    (state,) = (state for state in STATES if state.title == "two configurations were reverted in Git, again and again")
    with serving(state.snapshot, kubeconfig):
        found = read_snapshot(Kubectl(), *DEPLOYMENT)
    assert len(found.of_kinds("Kustomization")) == 1


def test_reading_a_running_deployment_takes_two_kubectls(kubeconfig: Path) -> None:
    with serving(load_snapshot("ready"), kubeconfig) as served:
        get_status(*DEPLOYMENT)
    kinds = {request.partition("?")[0].split("/")[-1] for request in served.requests}
    assert "secrets" not in kinds
    # Each kubectl asks once what kinds there are, where its cache does not tell.
    assert [path.partition("?")[0] for path in served.requests].count("/api") <= 2


def test_pod_that_was_evicted_needs_no_more_kubectls(kubeconfig: Path) -> None:
    def evict(pod: dict[str, Any]) -> None:
        pod["metadata"].update(name="evicted", uid="evicted")
        pod["spec"]["nodeName"] = "another-node"
        pod["status"].update(phase="Failed", reason="Evicted")
        pod["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
        ended = {"terminated": {"exitCode": 137, "finishedAt": "2026-11-25T04:22:06Z"}}
        pod["status"]["containerStatuses"][0].update(ready=False, state=ended)

    ready = load_snapshot("ready")
    evicted = with_change(ready, "Pod", evict).of_kinds("Pod")
    with serving(replace(ready, objects=(*ready.objects, *evicted)), kubeconfig) as served:
        status = get_status(*DEPLOYMENT)
    assert (status.ready, status.findings) == (True, ())
    assert not [path for path in served.requests if "/log" in path or "/nodes" in path]
    assert [path.partition("?")[0] for path in served.requests].count("/api") <= 2


def test_taints_are_read_from_the_nodes_if_the_scheduler_does_not_name_them(kubeconfig: Path) -> None:
    with serving(load_snapshot("node-reserved"), kubeconfig) as served:
        remedy = get_status(*DEPLOYMENT).findings[0].remedy
        served.forbidden = {"nodes"}
        unread = get_status(*DEPLOYMENT)
    assert '`{key: dedicated, operator: Equal, value: "database"}`' in remedy
    assert "tolerations" not in unread.findings[0].remedy
    assert "nodes" in unread.forbidden_kinds


def test_log_of_a_crashed_container_has_no_credentials(kubeconfig: Path) -> None:
    crash = load_snapshot("crash-loop")
    logs = dict.fromkeys(crash.logs, "error: dial redis://me:hunter2@cache: refused")
    with serving(replace(crash, logs=logs), kubeconfig):
        found = get_status(*DEPLOYMENT)
    assert found.findings[0].evidence == ("error: dial redis://***@cache: refused",)
    assert "hunter2" not in found.model_dump_json()


def test_objects_in_the_target_namespace_are_read(kubeconfig: Path) -> None:
    def elsewhere(release: dict[str, object]) -> None:
        release["spec"]["targetNamespace"] = "images"  # type: ignore[index]
        release["status"].pop("inventory")  # type: ignore[attr-defined]

    moved = with_change(load_snapshot("ready"), "HelmRelease", elsewhere)
    for kind in ("Deployment", "ReplicaSet", "Pod", "PersistentVolumeClaim", "Service"):
        moved = with_change(moved, kind, lambda thing: thing["metadata"].update(namespace="images"))
    with serving(moved, kubeconfig):
        found = get_status(*DEPLOYMENT)
    assert (found.ready, found.addresses) == (True, ("http://docker-registry.images.svc:5000",))


def test_forbidden_kinds_are_reported_with_the_rest(kubeconfig: Path) -> None:
    with serving(load_snapshot("ready"), kubeconfig) as served:
        served.forbidden = {"ingresses", "events", "gitrepositories"}
        found = get_status(*DEPLOYMENT)
    assert found.ready
    assert sorted(found.forbidden_kinds) == [
        "events",
        "gitrepositories.source.toolkit.fluxcd.io",
        "ingresses.networking.k8s.io",
    ]


def test_user_without_access_to_releases_gets_the_required_permission(kubeconfig: Path) -> None:
    with serving(load_snapshot("ready"), kubeconfig) as served:
        served.forbidden = {"*"}
        assert refusal() == (
            "this user is not allowed to read HelmReleases in namespace docker-registry: "
            "grant `get` and `list` on helmreleases.helm.toolkit.fluxcd.io there"
        )


def test_user_without_valid_credentials_is_told_to_log_in(kubeconfig: Path) -> None:
    with serving(load_snapshot("ready"), kubeconfig) as served:
        served.unauthorized = True
        assert refusal().startswith("You must be logged in to the server (")
        assert refusal().endswith("): log in to the cluster again")


def test_cluster_without_flux_is_not_unreachable(kubeconfig: Path) -> None:
    nothing = replace(without_kinds(load_snapshot("ready"), "HelmRelease"), has_flux=False)
    with serving(nothing, kubeconfig):
        assert [cause.id.value for cause in get_status(*DEPLOYMENT).findings] == ["flux-missing"]


def test_release_without_a_kustomization_can_be_ready(kubeconfig: Path) -> None:
    by_hand = with_change(load_snapshot("ready"), "HelmRelease", lambda release: release["metadata"].pop("labels"))
    with serving(by_hand, kubeconfig):
        found = get_status(*DEPLOYMENT)
    assert (found.ready, found.git) == (True, None)


def test_missing_kubeconfig_has_a_remedy(kubeconfig: Path) -> None:
    assert refusal() == (
        "The connection to the server localhost:8080 was refused: "
        "kubectl has no kubeconfig: set KUBECONFIG, or pass --kubeconfig FILE"
    )


def test_kubeconfig_that_does_not_exist_is_named(kubeconfig: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert refusal(Kubectl(kubeconfig=absent)) == (
        f"stat {absent}: no such file or directory: pass a kubeconfig that exists"
    )


def test_kubeconfig_that_is_not_yaml_is_named(kubeconfig: Path) -> None:
    kubeconfig.write_text("a: [")
    assert refusal().startswith(f'error loading config file "{kubeconfig}"')
    assert refusal().endswith(": fix the kubeconfig: `kubectl config view` reads it too")


def test_context_that_does_not_exist_is_named(kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://127.0.0.1:1")
    assert refusal(Kubectl("staging")) == (
        'context "staging" does not exist: `kubectl config get-contexts` lists the contexts'
    )


def test_cluster_that_refuses_connections_is_named_by_its_address(kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://127.0.0.1:1")
    assert refusal() == (
        "The connection to the server 127.0.0.1:1 was refused: check the context, and that the cluster runs"
    )


def test_host_that_does_not_resolve_is_named(kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://cluster.invalid")
    assert "lookup cluster.invalid" in refusal()
    assert refusal().endswith(": check the server of the context, and the VPN")


def test_cluster_that_does_not_respond_times_out(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_gitops.cluster.processes.TIMEOUT", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write_config(kubeconfig, f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert refusal() == "no answer from the cluster within 1 s: check the server of the context, and the VPN"


def test_snapshot_has_the_time_of_reading_with_its_zone(kubeconfig: Path) -> None:
    with serving(load_snapshot("ready"), kubeconfig):
        found = read_snapshot(Kubectl(), *DEPLOYMENT)
    assert isinstance(found, Snapshot)
    assert found.read_at.tzinfo is not None

"""The first try, as our README has it: `init`, `render`, commit, push; Flux makes a registry of it, and it works."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest

from registry_gitops.version import __version__
from tests.e2e.cluster import Object, condition, is_ready, until
from tests.e2e.fleet import SYSTEM, Fleet
from tests.e2e.status import ready_without_causes, text
from tests.registry.clients.programs import CLIENTS, TAG, Registry, User
from tests.support.oci_content import image, layout_lacks, write_layout

NAME = "docker-registry"

PROMISED = {
    f"promised-{name}"
    for name in ("login", "login-push", "push", "cache", "deletion", "relative-urls", "replicas", "headers", "image")
}
"""The checks of smoke that compare the default deployment with its description."""

PRIVILEGED = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "privileged"},
    "spec": {"containers": [{"name": "shell", "image": "busybox", "securityContext": {"privileged": True}}]},
}


def pod(fleet: Fleet) -> Object:
    (found,) = fleet.pods()
    return found


def test_a_pushed_folder_becomes_ready_with_the_chart_beside_it(fleet: Fleet) -> None:
    fleet.init()
    commit = fleet.commit("Add a registry")
    fleet.follow()
    release = fleet.ready()
    assert is_ready(fleet.cluster.get("gitrepository", fleet.name, SYSTEM))
    until("Kustomization that is Ready", lambda: is_ready(fleet.cluster.get("kustomization", fleet.name, SYSTEM)))
    assert fleet.applied() == f"main@sha1:{commit}"
    (first,) = release["status"]["history"]
    assert (first["chartName"], first["chartVersion"], first["status"]) == (NAME, __version__, "deployed")
    chart = fleet.cluster.get("helmchart", f"{fleet.namespace}-{NAME}", SYSTEM)
    assert chart is not None
    assert chart["spec"]["chart"] == "./apps/docker-registry/chart"
    assert chart["status"]["observedSourceArtifactRevision"] == f"main@sha1:{commit}"


def test_its_pod_runs_where_only_restricted_pods_may(fleet: Fleet) -> None:
    namespace = fleet.cluster.get("namespace", fleet.namespace)
    assert namespace is not None
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert condition(pod(fleet))["status"] == "True"
    refused = fleet.cluster.kubectl_does("create", "-n", fleet.namespace, "-f", "-", said=json.dumps(PRIVILEGED))
    assert refused.returncode == 1
    assert 'violates PodSecurity "restricted:latest": privileged' in refused.stderr


def test_its_claim_is_bound(fleet: Fleet) -> None:
    claim = fleet.cluster.get("pvc", NAME, fleet.namespace)
    assert claim is not None
    assert claim["status"]["phase"] == "Bound"
    assert claim["spec"]["resources"]["requests"] == {"storage": "10Gi"}


@pytest.mark.parametrize("client", CLIENTS)
def test_an_image_is_pushed_and_pulled_through_a_port_forward(fleet: Fleet, client: str, tmp_path: Path) -> None:
    content = image(Random(client), 5_000_000)
    write_layout(tmp_path / "pushed", TAG, content)
    with fleet.cluster.forward(fleet.namespace) as address:
        user = User(CLIENTS[client], Registry(address), tmp_path)
        user.push(tmp_path / "pushed", f"team/{client}")
        user.pull(f"team/{client}", tmp_path / "pulled")
    assert layout_lacks(tmp_path / "pulled", content) == []


def test_status_says_that_it_is_ready_and_what_runs(fleet: Fleet) -> None:
    found = ready_without_causes(fleet)
    assert found.git is not None
    assert found.git.deployed == found.git.fetched == fleet.applied()
    assert found.chart is not None
    assert (found.chart.name, found.chart.version) == (NAME, __version__)
    assert found.image == pod(fleet)["spec"]["containers"][0]["image"]
    (volume,) = found.volumes
    assert (volume.claim, volume.phase) == (NAME, "Bound")
    assert re.match(rf"{fleet.namespace}/{NAME}: ready ", text(fleet))


def test_smoke_finds_that_it_works_as_described(fleet: Fleet) -> None:
    # It exits 1 where anything fails; and it has to have had something to do.
    report = json.loads(fleet.cli("smoke", fleet.description, "-o", "json").out)
    passed = {check["id"] for check in report["checks"] if check["outcome"] == "passed"}
    assert len(passed) >= 40, report
    assert passed >= PROMISED, report


def test_a_commit_that_does_not_change_the_chart_rolls_nothing(fleet: Fleet) -> None:
    before = pod(fleet)
    (fleet.tree / "README.md").write_text("Another file of the repository.\n")
    commit = fleet.push("Say what this repository is")
    chart = f"{fleet.namespace}-{NAME}"

    def seen() -> bool:
        found = fleet.cluster.get("helmchart", chart, SYSTEM) or {}
        return commit in found.get("status", {}).get("observedSourceArtifactRevision", "")

    until("HelmChart of the newest commit", seen)
    release = fleet.ready()
    assert len(release["status"]["history"]) == 1
    assert pod(fleet)["metadata"]["uid"] == before["metadata"]["uid"]

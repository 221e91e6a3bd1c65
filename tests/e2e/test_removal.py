"""The folder is removed from Git and put back: the release goes and comes again, and the images have never left."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.cluster import Cluster, until
from tests.e2e.fleet import FOLDER, SYSTEM, Fleet, git
from tests.e2e.pushes import repository
from tests.e2e.status import not_applied, ready_without_causes
from tests.support.oci_content import Blob

GONE = ("helmrelease", "deployment", "replicaset", "pod", "service", "configmap", "serviceaccount", "secret")
"""Kinds of what the release and the folder have made."""


def names(fleet: Fleet, kind: str) -> list[str]:
    """What there is of a kind, without what Kubernetes puts into each Namespace."""
    found = [each["metadata"]["name"] for each in fleet.cluster.select(kind, fleet.namespace)]
    return [name for name in found if name not in ("kube-root-ca.crt", "default")]


@pytest.fixture(scope="module", autouse=True)
def _neighbour(fleet: Fleet) -> None:
    """Another application in the same repository, which has to stay."""
    folder = fleet.tree / "apps/neighbour"
    folder.mkdir(parents=True)
    (folder / "settings.yaml").write_text(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {fleet.name}-neighbour, namespace: default}}\n"
    )


def test_images_are_pushed_to_a_registry_from_git(fleet: Fleet, pushed: Blob) -> None:
    fleet.deploy()
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")


def test_what_is_removed_from_git_is_removed_from_the_cluster(fleet: Fleet) -> None:
    assert all(names(fleet, kind) for kind in GONE)
    shutil.rmtree(fleet.folder)
    commit = fleet.push("Remove the registry")
    until("application of the commit", lambda: commit in fleet.applied())
    until("cluster without the release", lambda: not any(names(fleet, kind) for kind in GONE))
    chart = f"{fleet.namespace}-docker-registry"
    until("cluster without the HelmChart", lambda: not fleet.cluster.get("helmchart", chart, SYSTEM))
    assert not_applied(fleet)


def test_the_claim_the_namespace_and_the_neighbour_stay(fleet: Fleet, cluster: Cluster) -> None:
    claim = cluster.get("pvc", "docker-registry", fleet.namespace)
    namespace = cluster.get("namespace", fleet.namespace)
    assert claim is not None
    assert claim["status"]["phase"] == "Bound"
    assert namespace is not None
    assert namespace["status"]["phase"] == "Active"
    assert cluster.get("configmap", f"{fleet.name}-neighbour")


def test_put_back_the_registry_has_the_images(fleet: Fleet, pushed: Blob) -> None:
    git(fleet.tree, "revert", "--no-edit", "HEAD")
    assert (fleet.tree / FOLDER / "helmrelease.yaml").exists()
    git(fleet.tree, "push", "-q", "origin", "main")
    fleet.ready()
    with fleet.cluster.forward(fleet.namespace) as address:
        there = repository(address)
        assert there.tags() == ["1"]
        assert there.lacks(pushed) == []
    ready_without_causes(fleet)
